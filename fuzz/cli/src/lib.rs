//! The command line's own files, without those that ask an account: the SDKs would take most of the build.

#[path = "../../../cli/src"]
mod sources {
    pub mod answer;
    pub mod check;
    pub mod document;
    pub mod eksctl;
    pub mod native;
    pub mod note;
    pub mod request;
    pub mod template;
    pub mod yaml;
}

pub use sources::*;
