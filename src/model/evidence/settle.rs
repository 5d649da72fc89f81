//! Which observations may be relied on, and why not the others.

use super::{Data, Freshness, Kind, Observation, Timestamp};

/// All that was observed, in the order of the files.
#[derive(Debug, Default)]
pub struct Evidence {
    /// What may be relied on.
    pub observations: Vec<Observation>,
    /// What may not.
    pub refused: Vec<Refused>,
}

/// An observation that is not relied on.
#[derive(Debug)]
pub struct Refused {
    /// The observation.
    pub observation: Observation,
    /// What is wrong with it, behind its name: `is 40 days old; at most 30 days are allowed`.
    pub why: String,
}

impl Evidence {
    /// Evidence of nothing.
    pub fn none() -> &'static Evidence {
        static NONE: Evidence = Evidence { observations: Vec::new(), refused: Vec::new() };
        &NONE
    }

    /// Takes out what is older than `max_age` seconds at `now`, or comes from the future. The size of an image that
    /// is compared with does not age, and a person's word holds until the end that it names.
    pub fn settle(observations: Vec<Observation>, now: Timestamp, max_age: i64) -> Self {
        let mut evidence = Self::default();
        for observation in observations {
            match why_not(&observation, now, max_age) {
                Some(why) => evidence.refused.push(Refused { observation, why }),
                None => evidence.observations.push(observation),
            }
        }
        evidence
    }

    /// The observations of one kind, the newest first.
    pub fn of(&self, kind: Kind) -> Vec<&Observation> {
        let mut all: Vec<&Observation> =
            self.observations.iter().filter(|it| it.kind == kind).collect();
        all.sort_by_key(|it| std::cmp::Reverse(it.captured_at));
        all
    }

    /// Why nothing of a kind is there, if there is something that was refused.
    pub fn refusal(&self, kind: Kind) -> Option<String> {
        let refused = self.refused.iter().filter(|it| it.observation.kind == kind);
        let newest = refused.max_by_key(|it| it.observation.captured_at)?;
        Some(format!("the evidence `{}` {}", kind.as_str(), newest.why))
    }
}

fn why_not(observation: &Observation, now: Timestamp, max_age: i64) -> Option<String> {
    if let Data::Attest(word) = &observation.data
        && word.expires.is_some()
    {
        return word.has_expired(now).then(|| "has run out".to_owned());
    }
    let max_age = if observation.kind == Kind::Baseline { i64::MAX } else { max_age };
    match observation.freshness(now, max_age) {
        Freshness::Fresh => None,
        Freshness::Stale(age) => {
            Some(format!("is {} old; at most {} are allowed", span(age), span(max_age)))
        }
        Freshness::Future => Some("has a time that lies in the future".to_owned()),
    }
}

/// Seconds in words.
fn span(seconds: i64) -> String {
    let (count, unit) = if seconds < 7_200 {
        (seconds / 60, "minute")
    } else if seconds < 172_800 {
        (seconds / 3_600, "hour")
    } else {
        (seconds / 86_400, "day")
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

impl Observation {
    /// Why the observation does not speak of this image, in words.
    pub fn not_of(&self, image: &str) -> String {
        let kind = self.kind.as_str();
        match (&self.image, self.is_of(image)) {
            (None, _) => format!("the evidence `{kind}` does not say of which image it speaks"),
            (Some(_), None) => format!(
                "the tag of `{image}`, which the jobs run in, is not known; `gitlab: variables` in the configuration can set it"
            ),
            (Some(own), Some(false)) => {
                match self.digest.as_deref().filter(|_| image.contains('@')) {
                    Some(digest) => format!(
                        "the evidence `{kind}` speaks of `{own}` with digest `{digest}`, and the jobs run in `{image}`"
                    ),
                    None => format!(
                        "the evidence `{kind}` speaks of `{own}`, and the jobs run in `{image}`"
                    ),
                }
            }
            (Some(_), Some(true)) => format!("the evidence `{kind}` does not tell it"),
        }
    }
}
