//! Minification of style sheets and scripts.

use std::path::Path;

use anyhow::{Result, anyhow};

use crate::files::File;

/// Removes comments and white space.
pub fn minify(files: &mut [File]) -> Result<()> {
    for file in files {
        let ending = Path::new(&file.path).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let Ok(text) = std::str::from_utf8(&file.bytes) else { continue };
        let minified = match ending {
            "css" => minifier::css::minify(text).map(|text| text.to_string()),
            "js" => minifier::js::minify(text).map(|text| text.to_string()),
            _ => continue,
        };
        let because = |reason| anyhow!("{} cannot be made smaller: {reason}", file.path);
        file.bytes = minified.map_err(because)?.into_bytes();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_white_space_go_and_meaning_stays() {
        let mut files = [
            File::new("a.css", "/* a */\n.a  >  b {\n  width: calc(1px + 2px);\n  color: red;\n}\n"),
            File::new("a.js", "// a\nconst a  =  \"b  // c\";\n\nconst d = `e  ${ a }`;\n"),
            File::new("a.svg", "<svg>  </svg>"),
        ];
        minify(&mut files).unwrap();
        let texts = files.map(|file| String::from_utf8(file.bytes).unwrap());
        assert_eq!(texts[0].trim(), ".a>b{width:calc(1px + 2px);color:red;}");
        assert_eq!(texts[1], "const a=\"b  // c\";const d=`e  ${ a }`;");
        assert_eq!(texts[2], "<svg>  </svg>");
    }
}
