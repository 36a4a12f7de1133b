//! What one node is: its operating system and image, its user data, its maximum of pods, its key.

pub mod ami_type;
pub mod instance_type;
pub mod max_pods;
pub mod public_key;
pub mod user_data;
