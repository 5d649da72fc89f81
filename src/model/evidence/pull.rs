use serde::Deserialize;
use serde_json::Value;

use super::read::typed;
use super::same_image;

/// Times that pulls of images took.
#[derive(Clone, Debug, Default)]
pub struct PullBench {
    /// The images.
    pub images: Vec<PulledImage>,
}

/// The pulls of one image.
#[derive(Clone, Debug, Deserialize)]
pub struct PulledImage {
    /// The reference of the image.
    #[serde(rename = "ref")]
    pub image: String,
    /// Its digest.
    pub digest: Option<String>,
    /// The machine that pulled.
    pub host: Option<String>,
    /// The pulls.
    pub runs: Vec<PullRun>,
}

/// One pull.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct PullRun {
    /// How long it took.
    pub seconds: f64,
    /// Whether nothing of the image was there before.
    #[serde(default)]
    pub cold: bool,
}

impl PulledImage {
    /// The times of the cold pulls, sorted; warm ones measure nothing.
    fn cold(&self) -> Vec<f64> {
        let cold = self
            .runs
            .iter()
            .filter(|run| run.cold && run.seconds.is_finite() && run.seconds >= 0.0);
        let mut seconds: Vec<f64> = cold.map(|run| run.seconds).collect();
        seconds.sort_by(f64::total_cmp);
        seconds
    }

    /// How many cold pulls there are.
    pub fn cold_count(&self) -> usize {
        self.cold().len()
    }

    /// The median of the cold pulls in seconds; nothing if there are less than `least`.
    pub fn median_cold(&self, least: usize) -> Option<f64> {
        let seconds = self.cold();
        if seconds.len() < least.max(1) {
            return None;
        }
        let middle = seconds.len() / 2;
        let upper = *seconds.get(middle)?;
        if seconds.len() % 2 == 1 {
            Some(upper)
        } else {
            Some((upper + seconds.get(middle - 1)?) / 2.0)
        }
    }
}

impl PullBench {
    /// The pulls of an image.
    pub fn of(&self, image: &str) -> Option<&PulledImage> {
        self.images.iter().find(|it| same_image(&it.image, image))
    }
}

/// One image, or a list of them.
pub(super) fn read(value: &Value) -> Result<PullBench, String> {
    let images = match value.get("images").unwrap_or(value) {
        list if list.is_array() => typed(list)?,
        one => vec![typed(one)?],
    };
    Ok(PullBench { images })
}
