<powershell>
Write-Host hello
</powershell>
<persist>true</persist>
