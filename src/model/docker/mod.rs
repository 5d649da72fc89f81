//! The image: stages, bases, environment, commands.
//!
//! [`Dockerfile::resolve`] makes sense of one file. Its instructions are those of the tree
//! ([`Dockerfile::instructions`]); [`Dockerfile::steps`] walks over them with their stage, and
//! over the triggers behind `ONBUILD`. What a variable holds at an instruction tells
//! [`Dockerfile::expand`], the shell, the user and the directory [`Dockerfile::state`].
//!
//! A build argument without a default, the variables of a base image, and whatever is made of
//! them are unknown, and stay so.

mod circumstances;
mod commands;
mod credential;
mod distribution;
mod dockerfile;
mod download;
mod ignore;
mod image;
mod inputs;
mod install;
mod label;
mod life;
mod managers;
mod near_json;
mod packages;
mod parts;
mod pins;
mod platform;
mod pragma;
mod refuse;
mod resolve;
mod run;
mod scope;
mod shell;
mod spdx;
mod stage;
#[cfg(test)]
mod tests;

pub use commands::{Mount, RunCommand};
pub use credential::{is_dummy, token_in, userinfo};
pub use distribution::{Distribution, lacks_downloader};
pub use dockerfile::{Build, Dockerfile, State, Step};
pub use download::{Download, Use};
pub use ignore::IgnoreFile;
pub use image::{DEFAULT_REGISTRY, ImageRef, ImageRefError};
pub use install::ManifestInstall;
pub use label::LabelKind;
pub use life::{Life, Lives};
pub use managers::{Action, Manager};
pub use near_json::{is_near_json, repaired};
pub use packages::{Package, PackageCommand, listed};
pub use parts::{
    CopyParts, MAX_PORT, MountKind, MountOption, MountOptions, Port, expanded_words, is_git_source,
    is_http_source, unquoted,
};
pub use platform::is_platform;
pub use pragma::{Pragma, PragmaScope, Tool};
pub use run::{Run, RunForm};
pub use scope::{Definition, DefinitionKind, Known, PLATFORM_ARGS, Scope, Scopes};
pub use shell::{Shell, ShellKind};
pub use stage::{Base, EffectiveBase, Stage, StageRef};
