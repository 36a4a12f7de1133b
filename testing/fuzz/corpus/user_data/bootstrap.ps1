<powershell>
& $env:ProgramFiles\Amazon\EKS\Start-EKSBootstrap.ps1 -EKSClusterName c
</powershell>