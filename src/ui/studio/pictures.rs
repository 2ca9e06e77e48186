//! Pictures from the web: asked about once, fetched beside everything else, and taken away again.

use super::work::answer;
use super::{Studio, TaskResult};
use crate::app::Error;
use crate::app::pictures::{self, Fetch, Limits, Status};
use crate::ui::command::Command;
use crate::ui::kit::toast::{Level, Toast};
use crate::ui::screens::stage::Ask;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::pictures::Pictures as T;

/// The job that fetches. It does not hold the workspace, so everything else goes on beside it.
pub(super) const PICTURES: &str = "pictures";

/// How it stands with pictures after something was done about them, and what to say about it.
#[derive(Debug)]
pub(super) struct PicturesNow {
    status: Status,
    said: Said,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Said {
    Fetched(Fetch),
    Removed,
    Forbidden,
}

impl Studio {
    /// Fetches what is missing. `agreed` are the servers the person was shown just now, if they had to be asked.
    pub(super) fn fetch_pictures(&mut self, again: bool, agreed: Vec<String>) {
        let Some(desk) = self.desk.clone() else { return };
        self.jobs.spawn(PICTURES, move |monitor| {
            let mut shelf = desk.clone();
            let mut work = || -> Result<TaskResult, Error> {
                if !agreed.is_empty() {
                    pictures::agree(&mut desk.session(), &agreed)?;
                }
                let done = pictures::fetch(&mut shelf, again, &Limits::default(), monitor)?;
                let status = pictures::status(&desk.session())?;
                Ok(TaskResult::Pictures(PicturesNow { status, said: Said::Fetched(done) }))
            };
            answer(work())
        });
    }

    pub(super) fn remove_pictures(&mut self) {
        self.about_pictures(Said::Removed);
    }

    pub(super) fn forbid_pictures(&mut self) {
        self.about_pictures(Said::Forbidden);
    }

    fn about_pictures(&mut self, said: Said) {
        let Some(desk) = self.desk.clone() else { return };
        self.jobs.spawn("settings", move |_| {
            let work = || -> Result<TaskResult, Error> {
                let mut session = desk.session();
                match said {
                    Said::Forbidden => pictures::forbid(&mut session)?,
                    _ => drop(pictures::remove(&mut session)?),
                }
                Ok(TaskResult::Pictures(PicturesNow { status: pictures::status(&session)?, said }))
            };
            answer(work())
        });
    }

    pub(super) fn take_pictures(&mut self, now: PicturesNow) {
        let PicturesNow { status, said } = now;
        self.view.pictures = Some(std::sync::Arc::new(status));
        if matches!(said, Said::Removed) {
            self.pictures.forget();
        } else {
            self.pictures.look_again();
        }
        let (level, text) = match said {
            Said::Removed => (Level::Done, T::Removed.text().to_owned()),
            Said::Forbidden => (Level::Done, T::Forbidden.text().to_owned()),
            Said::Fetched(done) => said_of(done),
        };
        self.tell(level, text);
    }

    /// Right after an import whose catalog names pictures on the web: says so, and where to go.
    pub(super) fn offer_pictures(&mut self) {
        let Some(status) = &self.view.pictures else { return };
        let is_new = self.found.imported.is_some() && !status.allowed && 0 < status.waiting;
        if is_new && !self.view.store.read_only {
            let text = T::Offer.with(&[("n", status.waiting.into())]);
            let actions = vec![(T::FetchAsk.text().to_owned(), Command::Ask(Ask::AskForPictures))];
            self.toasts.push(Toast { level: Level::Info, icon: None, text, actions });
        }
    }
}

fn said_of(done: Fetch) -> (Level, String) {
    let n = ("n", done.fetched.into());
    if done.stopped {
        (Level::Info, T::Stopped.with(&[n]))
    } else if 0 < done.left {
        (Level::Info, T::CameLeft.with(&[n, ("left", done.left.into())]))
    } else if 0 < done.missed {
        (Level::Info, T::CameSome.with(&[n, ("missed", done.missed.into())]))
    } else {
        (Level::Done, T::Came.with(&[n]))
    }
}
