use std::fmt::Write as _;

use super::layout::{BOX, COLUMN, HEIGHT, Layout};
use crate::engine::Report;
use crate::model::gitlab::{CachePolicy, Pipeline};
use crate::report::escape::xml;

/// What the lines of a drawing mean, by class.
const LEGEND: [(&str, &str); 4] = [
    ("", "needs"),
    (" writes", "writes the cache"),
    (" reads", "reads the cache"),
    (" both", "reads and writes the cache"),
];

/// The pipelines, each as a drawing and as a list.
pub(super) fn write(out: &mut String, report: &Report<'_>, prefix: &str) {
    out.push_str("<section aria-labelledby=\"pipelines\">\n<h2 id=\"pipelines\" tabindex=\"-1\">Pipelines</h2>\n");
    let drawn: Vec<&Pipeline<'_>> =
        report.facts.pipelines.iter().filter(|it| !it.jobs.is_empty()).collect();
    if drawn.is_empty() {
        out.push_str("<p>There are none.</p>\n");
    } else {
        out.push_str("<ul class=\"legend\">");
        for (class, says) in LEGEND {
            let _ = write!(
                out,
                "<li><svg class=\"key\" width=\"36\" height=\"10\" aria-hidden=\"true\">\
                 <path class=\"edge{class}\" d=\"M0 5H36\"/></svg> {says}</li>"
            );
        }
        out.push_str("</ul>\n");
    }
    for (number, pipeline) in drawn.into_iter().enumerate() {
        figure(out, pipeline, number, &format!("{prefix}{}", pipeline.root.path));
    }
    out.push_str("</section>\n");
}

fn figure(out: &mut String, pipeline: &Pipeline<'_>, number: usize, path: &str) {
    let layout = Layout::new(pipeline);
    let drawing = Drawing { layout: &layout, number };
    let incomplete =
        if pipeline.is_complete() { "" } else { "; not all that it includes could be read" };
    let _ = write!(
        out,
        "<figure>\n<figcaption id=\"title-{number}\">{} ({} jobs{incomplete})</figcaption>\n\
         <div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"title-{number}\">\n\
         <svg class=\"pipeline\" data-says=\"says-{number}\" role=\"group\" aria-labelledby=\"title-{number}\" \
         width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\">\n",
        xml(path),
        layout.jobs.len(),
        w = layout.width,
        h = layout.height,
    );
    drawing.markers(out);
    drawing.stages(out);
    drawing.edges(out);
    drawing.jobs(out);
    drawing.caches(out);
    let _ = write!(out, "</svg>\n</div>\n<p id=\"says-{number}\" role=\"status\"></p>\n");
    drawing.list(out);
    out.push_str("</figure>\n");
}

struct Drawing<'a> {
    layout: &'a Layout<'a>,
    number: usize,
}

impl Drawing<'_> {
    fn job_id(&self, job: usize) -> String {
        format!("job-{}-{job}", self.number)
    }

    fn cache_id(&self, cache: usize) -> String {
        format!("cache-{}-{cache}", self.number)
    }

    fn markers(&self, out: &mut String) {
        let _ = writeln!(
            out,
            "<defs><marker id=\"tip-{}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" \
             markerHeight=\"7\" orient=\"auto-start-reverse\"><path class=\"tip\" d=\"M0 0L8 4L0 8z\"/></marker></defs>",
            self.number
        );
    }

    fn stages(&self, out: &mut String) {
        for (name, x) in &self.layout.stages {
            let _ = writeln!(
                out,
                "<text class=\"stage\" x=\"{x}\" y=\"28\">{}</text><path class=\"column\" d=\"M{x} 34H{}\"/>",
                xml(&cropped(name, 22)),
                x + BOX
            );
        }
    }

    fn edges(&self, out: &mut String) {
        let tip = format!("url(#tip-{})", self.number);
        for need in &self.layout.needs {
            let (from, to) = (&self.layout.jobs[need.from], &self.layout.jobs[need.to]);
            let (x1, y1) = (from.x + BOX, from.y + HEIGHT / 2);
            let (x2, y2) = (to.x, to.y + HEIGHT / 2);
            let path = if x2 > x1 {
                let half = (x2 - x1).min(COLUMN) / 2;
                format!("M{x1} {y1}C{} {y1} {} {y2} {} {y2}", x1 + half, x2 - half, x2 - 1)
            } else {
                // In the same column, or backwards: around the right side.
                let right = to.x + BOX;
                format!("M{x1} {y1}C{} {y1} {} {y2} {} {y2}", x1 + 34, right + 34, right + 1)
            };
            let _ = writeln!(
                out,
                "<path class=\"edge{}\" data-from=\"{}\" data-to=\"{}\" marker-end=\"{tip}\" d=\"{path}\"/>",
                if need.optional { " unknown" } else { "" },
                self.job_id(need.from),
                self.job_id(need.to),
            );
        }
        for it in &self.layout.uses {
            let (job, cache) = (&self.layout.jobs[it.job], &self.layout.caches[it.cache]);
            let ends = match it.policy {
                CachePolicy::Push => format!("marker-end=\"{tip}\""),
                CachePolicy::Pull => format!("marker-start=\"{tip}\""),
                CachePolicy::PullPush => format!("marker-end=\"{tip}\" marker-start=\"{tip}\""),
                CachePolicy::Unknown => String::new(),
            };
            let _ = writeln!(
                out,
                "<path class=\"edge {}\" data-from=\"{}\" data-to=\"{}\" {ends} d=\"M{} {}H{}V{}H{}V{}\"/>",
                class(it.policy),
                self.job_id(it.job),
                self.cache_id(it.cache),
                job.x - 1,
                job.y + HEIGHT / 2 + 5,
                it.gutter,
                it.lane,
                cache.x + BOX / 2,
                cache.y - 1,
            );
        }
    }

    fn jobs(&self, out: &mut String) {
        for (number, job) in self.layout.jobs.iter().enumerate() {
            let _ = writeln!(
                out,
                "<g role=\"button\" tabindex=\"0\" aria-pressed=\"false\" id=\"{}\" aria-label=\"{}\"><title>{}</title>\
                 <rect class=\"box\" x=\"{}\" y=\"{}\" width=\"{BOX}\" height=\"{HEIGHT}\" rx=\"5\"/>\
                 <text x=\"{}\" y=\"{}\">{}</text></g>",
                self.job_id(number),
                xml(&self.job_words(number)),
                xml(job.name),
                job.x,
                job.y,
                job.x + 8,
                job.y + 19,
                xml(&cropped(job.name, 21)),
            );
        }
    }

    fn caches(&self, out: &mut String) {
        for (number, cache) in self.layout.caches.iter().enumerate() {
            let (writers, readers) = self.counts(number);
            let _ = writeln!(
                out,
                "<g role=\"button\" tabindex=\"0\" aria-pressed=\"false\" id=\"{}\" aria-label=\"{}\"><title>{}</title>\
                 <rect class=\"store\" x=\"{}\" y=\"{}\" width=\"{BOX}\" height=\"{}\" rx=\"14\"/>\
                 <text x=\"{}\" y=\"{}\">{}</text><text class=\"soft\" x=\"{}\" y=\"{}\">{} write, {} read</text></g>",
                self.cache_id(number),
                xml(&self.cache_words(number)),
                xml(&cache.key),
                cache.x,
                cache.y,
                HEIGHT + 12,
                cache.x + 12,
                cache.y + 18,
                xml(&cropped(&cache.key, 20)),
                cache.x + 12,
                cache.y + 34,
                writers,
                readers,
            );
        }
    }

    fn counts(&self, cache: usize) -> (usize, usize) {
        let uses = || self.layout.uses.iter().filter(|it| it.cache == cache);
        let writers = uses().filter(|it| it.policy.writes() == Some(true)).count();
        (writers, uses().filter(|it| it.policy.reads() == Some(true)).count())
    }

    fn job_words(&self, number: usize) -> String {
        let job = &self.layout.jobs[number];
        let mut words = format!("job {}, stage {}", job.name, job.stage);
        let needs = self.layout.needs.iter().filter(|it| it.to == number);
        let needs: Vec<&str> = needs.map(|it| self.layout.jobs[it.from].name).collect();
        if !needs.is_empty() {
            let _ = write!(words, ", needs {}", needs.join(", "));
        }
        for it in self.layout.uses.iter().filter(|it| it.job == number) {
            let _ =
                write!(words, ", {} cache {}", says(it.policy), self.layout.caches[it.cache].key);
        }
        words
    }

    fn cache_words(&self, number: usize) -> String {
        let mut words = format!("cache {}", self.layout.caches[number].key);
        for it in self.layout.uses.iter().filter(|it| it.cache == number) {
            let _ = write!(words, ", {} {} it", self.layout.jobs[it.job].name, says(it.policy));
        }
        words
    }

    /// The same in words, for who does not see the drawing.
    fn list(&self, out: &mut String) {
        out.push_str("<details><summary>The same as a list</summary>\n<ul>\n");
        for number in 0..self.layout.jobs.len() {
            let _ = writeln!(out, "<li>{}</li>", xml(&self.job_words(number)));
        }
        for number in 0..self.layout.caches.len() {
            let _ = writeln!(out, "<li>{}</li>", xml(&self.cache_words(number)));
        }
        out.push_str("</ul>\n</details>\n");
    }
}

const fn class(policy: CachePolicy) -> &'static str {
    match policy {
        CachePolicy::PullPush => "both",
        CachePolicy::Pull => "reads",
        CachePolicy::Push => "writes",
        CachePolicy::Unknown => "unknown",
    }
}

const fn says(policy: CachePolicy) -> &'static str {
    match policy {
        CachePolicy::PullPush => "reads and writes",
        CachePolicy::Pull => "reads",
        CachePolicy::Push => "writes",
        CachePolicy::Unknown => "may read or write",
    }
}

/// The beginning of a name that would not fit; wide characters count twice.
fn cropped(name: &str, cells: usize) -> String {
    let width = |ch: char| if u32::from(ch) < 0x1100 { 1 } else { 2 };
    if name.chars().map(width).sum::<usize>() <= cells {
        return name.to_owned();
    }
    let mut left = cells - 1;
    let fits = |ch: &char| {
        let fits = width(*ch) <= left;
        left = left.saturating_sub(width(*ch));
        fits
    };
    let kept: String = name.chars().take_while(fits).collect();
    format!("{kept}\u{2026}")
}
