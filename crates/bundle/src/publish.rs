//! Writes a site into a folder that a server may be reading at the same time.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::files::File;
use crate::site::Site;

const ASSETS: &str = "assets";
const COMPRESSED: [&str; 2] = [".br", ".gz"];

/// Replaces the content of the folder. The served page always refers to existing assets: first the new assets are
/// written, then the page is renamed atomically, then the old assets are removed.
pub fn publish(site: &Site, dist: &Path) -> Result<()> {
    let assets = dist.join(ASSETS);
    fs::create_dir_all(&assets).with_context(|| format!("cannot make {}", assets.display()))?;
    let incoming = tempfile::Builder::new().prefix(".new-").tempdir_in(dist).context("cannot make a folder")?;
    let own = assets.join(&site.hash);
    if !own.is_dir() {
        let folder = incoming.path().join(&site.hash);
        write_all(&site.assets, &folder)?;
        fs::rename(&folder, &own).with_context(|| format!("cannot make {}", own.display()))?;
    }
    write_all(&site.pages, incoming.path())?;
    let (compressed, plain): (Vec<&File>, Vec<&File>) =
        site.pages.iter().partition(|page| COMPRESSED.iter().any(|ending| page.path.ends_with(ending)));
    // A compressed page of the last build must not outlive the plain one.
    for page in &plain {
        for ending in COMPRESSED {
            let _absent_already = fs::remove_file(dist.join(format!("{}{ending}", page.path)));
        }
    }
    for page in plain.into_iter().chain(compressed) {
        let target = dist.join(&page.path);
        fs::rename(incoming.path().join(&page.path), &target)
            .with_context(|| format!("cannot write {}", target.display()))?;
    }
    remove_others(&assets, &site.hash)
}

fn write_all(files: &[File], folder: &Path) -> Result<()> {
    for file in files {
        let path = folder.join(&file.path);
        let unwritable = || format!("cannot write {}", path.display());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(unwritable)?;
        }
        fs::write(&path, &file.bytes).with_context(unwritable)?;
    }
    Ok(())
}

/// Removes the assets of earlier builds.
fn remove_others(assets: &Path, hash: &str) -> Result<()> {
    let unreadable = || format!("cannot read {}", assets.display());
    for entry in fs::read_dir(assets).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        if !path.ends_with(hash) {
            fs::remove_dir_all(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::read_folder;

    fn site(hash: &str, pages: &[&str]) -> Site {
        let pages = pages.iter().map(|path| File::new(*path, hash)).collect();
        Site { hash: hash.into(), assets: vec![File::new("snippets/a/b.js", hash)], pages }
    }

    fn paths(dist: &Path) -> Vec<String> {
        read_folder(dist).unwrap().into_iter().map(|file| file.path).collect()
    }

    #[test]
    fn a_new_site_replaces_the_old_one_whole() {
        let dist = tempfile::tempdir().unwrap();
        publish(&site("1", &["index.html", "index.html.br"]), dist.path()).unwrap();
        assert_eq!(paths(dist.path()), ["assets/1/snippets/a/b.js", "index.html", "index.html.br"]);
        publish(&site("2", &["index.html"]), dist.path()).unwrap();
        assert_eq!(paths(dist.path()), ["assets/2/snippets/a/b.js", "index.html"]);
        assert_eq!(fs::read(dist.path().join("index.html")).unwrap(), b"2");
        publish(&site("2", &["index.html"]), dist.path()).unwrap();
        assert_eq!(paths(dist.path()).len(), 2);
    }
}
