//! placeholder
use std::path::Path;
use anyhow::Result;
pub async fn measure(_f: &Path) -> Result<Vec<u32>> { Ok(vec![]) }
