//! Windows: commands for PowerShell, which run before those that EKS merges in.

const OPEN: &str = "<powershell>";
const CLOSE: &str = "</powershell>";

/// EKS's own part, which ends the bootstrap. Called twice it fails.
const BOOTSTRAP: &str = "start-eksbootstrap.ps1";

pub(super) fn render(own: Option<&str>) -> Result<Option<String>, String> {
    let Some(own) = own else {
        return Ok(None);
    };
    let lower = own.to_ascii_lowercase();
    if lower.contains(BOOTSTRAP) {
        return Err(
            "expected commands to run before the bootstrap, got Start-EKSBootstrap.ps1, which EKS calls itself"
                .to_owned(),
        );
    }
    if lower.starts_with("<script>") {
        return Err(format!(
            "expected commands for PowerShell, got <script>: EKS merges {OPEN} only"
        ));
    }
    match (lower.find(OPEN), lower.find(CLOSE)) {
        (None, None) => Ok(Some(format!("{OPEN}\n{own}\n{CLOSE}\n"))),
        (Some(open), Some(close)) if open < close => Ok(Some(format!("{own}\n"))),
        _ => Err(format!(
            "expected {OPEN} and after it {CLOSE}, or neither, got one of them or both the wrong way round"
        )),
    }
}
