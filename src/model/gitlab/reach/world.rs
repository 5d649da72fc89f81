use super::presence::Paths;
use crate::model::gitlab::condition::{Facts, Pattern};

/// What a pipeline is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Branch,
    Tag,
    MergeRequest,
    /// A pull request of a repository elsewhere that this one mirrors.
    ExternalPullRequest,
}

impl Kind {
    pub(super) const ALL: [Self; 4] =
        [Self::Branch, Self::Tag, Self::MergeRequest, Self::ExternalPullRequest];
}

/// A pipeline, as far as it is known. Nothing stands for "not known" in all answers.
pub(super) trait World: Facts {
    fn kind(&self) -> Kind;
    /// Whether files of these paths were changed.
    fn changes(&self, paths: Paths) -> Option<bool>;
    /// Whether files of these paths are there.
    fn exists(&self, paths: Paths) -> Option<bool>;
    /// Whether it comes from this source.
    fn comes_from(&self, source: &str) -> Option<bool>;
    /// Whether its branch or tag is called so.
    fn is_ref(&self, name: &str) -> Option<bool>;
    /// Whether the name of its branch or tag fits.
    fn ref_fits(&self, pattern: Pattern) -> Option<bool>;
}
