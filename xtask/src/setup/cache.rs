//! The folder where whatever was compiled or fetched once waits for its next use.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process,
};

use anyhow::{Context, Result};

/// The user's cache folder for this project, held by one set-up at a time.
pub(crate) struct Cache {
    folder: PathBuf,
    _lock: File,
}

impl Cache {
    /// Opens the folder; waits when another set-up is at work in it.
    pub(crate) fn open() -> Result<Self> {
        let folder = user_cache_folder()
            .context("found no cache folder: set XDG_CACHE_HOME or HOME")?
            .join("dhcp-lab");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let lock = File::create(folder.join("setup.lock"))?;
        if lock.try_lock().is_err() {
            println!("set-up: another one is at work; waiting for it");
            lock.lock()?;
        }
        Ok(Self {
            folder,
            _lock: lock,
        })
    }

    /// The folder `name` if it is there, finished.
    pub(crate) fn find(&self, name: &str) -> Option<PathBuf> {
        let folder = self.folder.join(name);
        folder.is_dir().then_some(folder)
    }

    /// Returns the folder `name`, and makes it with `make` when it is not there.
    ///
    /// `make` works in a folder of another name, which gets its own only when all is
    /// done: what an interrupted set-up leaves is never taken for finished.
    pub(crate) fn folder(
        &self,
        name: &str,
        make: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        if let Some(done) = self.find(name) {
            return Ok(done);
        }
        let done = self.folder.join(name);
        let partial = self.folder.join(format!("{name}.partial"));
        if partial.exists() {
            fs::remove_dir_all(&partial)?;
        }
        fs::create_dir_all(&partial)?;
        make(&partial)?;
        fs::rename(&partial, &done)?;
        Ok(done)
    }

    /// A folder for work in progress, emptied first; the caller removes it.
    pub(crate) fn scratch(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(format!("{name}.work-{}", process::id()));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }
}

fn user_cache_folder() -> Option<PathBuf> {
    let from = |variable: &str| {
        env::var_os(variable)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    if let Some(folder) = from("XDG_CACHE_HOME") {
        return Some(folder);
    }
    if cfg!(windows) {
        from("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        from("HOME").map(|home| home.join("Library").join("Caches"))
    } else {
        from("HOME").map(|home| home.join(".cache"))
    }
}
