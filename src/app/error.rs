//! What a use case can fail with, and whose turn it is then.

use std::error::Error as StdError;

use crate::shop::Cancelled;

/// A failed use case. The text is a whole sentence for people: what happened, then what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// Something the person can put right.
    #[error("{message}")]
    User { message: String, source: Option<Box<dyn StdError + Send + Sync>> },
    /// Disk, permissions, network or display.
    #[error("{message}")]
    Environment { message: String, source: Option<Box<dyn StdError + Send + Sync>> },
    /// A promise of ours that did not hold.
    #[error("{message}")]
    Bug { message: String, source: Option<Box<dyn StdError + Send + Sync>> },
    #[error("{0} is not built yet")]
    NotBuilt(&'static str),
}

/// Whose turn it is after a failure; the command line's exit code and the window's choice of toast or dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    User,
    Environment,
    Bug,
}

impl Kind {
    pub fn exit_code(self) -> u8 {
        match self {
            Self::User => 1,
            Self::Environment => 2,
            Self::Bug => 70,
        }
    }
}

impl Error {
    /// The person can fix it.
    pub fn user(message: impl Into<String>) -> Self {
        Self::User { message: message.into(), source: None }
    }

    pub fn user_because(
        message: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::User { message: message.into(), source: Some(source.into()) }
    }

    /// The machine stands in the way.
    pub fn environment(message: impl Into<String>) -> Self {
        Self::Environment { message: message.into(), source: None }
    }

    pub fn environment_because(
        message: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::Environment { message: message.into(), source: Some(source.into()) }
    }

    /// We are wrong.
    pub fn bug(message: impl Into<String>) -> Self {
        Self::Bug { message: message.into(), source: None }
    }

    pub fn bug_because(
        message: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::Bug { message: message.into(), source: Some(source.into()) }
    }

    pub fn kind(&self) -> Kind {
        match self {
            Self::Cancelled(_) | Self::User { .. } => Kind::User,
            Self::Environment { .. } => Kind::Environment,
            Self::Bug { .. } | Self::NotBuilt(_) => Kind::Bug,
        }
    }
}

impl From<crate::workspace::Error> for Error {
    fn from(source: crate::workspace::Error) -> Self {
        use crate::workspace::Error as Workspace;
        let message = source.to_string();
        match source {
            Workspace::Cancelled(cancelled) => Self::Cancelled(cancelled),
            Workspace::DiskFull(_)
            | Workspace::Io { .. }
            | Workspace::ReadOnly(_)
            | Workspace::ErasedNotRewritten { .. }
            | Workspace::Damaged { .. } => Self::environment_because(message, source),
            Workspace::Broken { .. } | Workspace::Sql { .. } => Self::bug_because(message, source),
            _ => Self::user_because(message, source),
        }
    }
}
