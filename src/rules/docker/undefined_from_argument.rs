use crate::model::docker::{Dockerfile, PLATFORM_ARGS, expanded_words};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;
use crate::text::did_you_mean;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let mut known: Vec<&str> = PLATFORM_ARGS.to_vec();
    known.extend(file.scopes.global.definitions().iter().map(|it| it.name.as_str()));
    for step in file.all(Keyword::From) {
        for word in expanded_words(step.instruction) {
            let Ok(expansion) = file.expand(step.index, &word.text) else { continue };
            for reference in expansion.references.iter().filter(|it| it.unset) {
                let name = &reference.name;
                let mut message = format!(
                    "`{name}` is no argument in front of the first `FROM`, where `ARG` would declare it"
                );
                let distance = |other: &&str| strsim::damerau_levenshtein(other, name);
                if let Some(near) = known.iter().copied().min_by_key(distance)
                    && distance(&near) <= 2
                {
                    message.push_str(&format!(" ({})", did_you_mean(near)));
                }
                cx.report(file.at(word.span), message)
                    .symbol(step.symbol())
                    .help("a `FROM` sees only `ARG`s in front of the first `FROM`, and the platform arguments");
            }
        }
    }
}
