//! Mail with one-time codes, and notices of new addresses: a file for each in a folder, or SMTP where it is set.

use std::path::{Path, PathBuf};

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::{AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use crate::app::Letters;
use crate::sign_in::CODE_LIFETIME_S;

/// Where mail goes, and who it is from.
#[derive(Clone, Debug)]
pub struct Mail {
    from: Mailbox,
    way: Way,
}

#[derive(Clone)]
enum Way {
    Folder(PathBuf),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

impl std::fmt::Debug for Way {
    /// A transport may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Way::Folder(folder) => write!(f, "folder {}", folder.display()),
            Way::Smtp(_) => f.write_str("SMTP"),
        }
    }
}

/// Why mail cannot be sent. Each sentence says what to do.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("the sender {0} is no mail address; give one such as `Toad Lane <noreply@example.org>`")]
    Sender(String),
    #[error("the SMTP address cannot be used; give one such as smtps://user:password@mail.example.org")]
    Smtp(#[source] lettre::transport::smtp::Error),
    #[error("the mail folder {folder} cannot be made")]
    Folder { folder: String, source: std::io::Error },
}

/// Why one message was not sent.
#[derive(Debug, thiserror::Error)]
enum NotSent {
    #[error("it could not be written")]
    Message(#[from] lettre::error::Error),
    #[error("its address cannot be used")]
    Address(#[from] lettre::address::AddressError),
    #[error("the folder did not take it")]
    Folder(#[from] lettre::transport::file::Error),
    #[error("the SMTP server did not take it")]
    Smtp(#[from] lettre::transport::smtp::Error),
}

impl Mail {
    /// Writes each message as an `.eml` file. The folder is made for its owner alone, since the messages hold codes.
    ///
    /// # Errors
    /// [`MailError::Folder`] when it cannot be made, [`MailError::Sender`] when `from` is no mail address.
    pub fn to_folder(folder: &Path, from: &str) -> Result<Mail, MailError> {
        use std::os::unix::fs::DirBuilderExt;
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|source| MailError::Folder { folder: folder.display().to_string(), source })?;
        Ok(Mail { from: sender(from)?, way: Way::Folder(folder.to_path_buf()) })
    }

    /// Sends by SMTP. `url` is `smtps://` (TLS from the start) or `smtp://..?tls=required` (STARTTLS).
    ///
    /// # Errors
    /// [`MailError::Smtp`] when the URL cannot be used, [`MailError::Sender`] when `from` is no mail address.
    pub fn to_smtp(url: &str, from: &str) -> Result<Mail, MailError> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(MailError::Smtp)?;
        Ok(Mail { from: sender(from)?, way: Way::Smtp(transport.build()) })
    }

    /// Sends a code. A message that is not taken is logged without its address; its reader has to start again.
    pub(crate) async fn send_code(&self, address: &str, code: &str) {
        let subject = format!("{code} is your sign-in code / yw eich cod mewngofnodi");
        self.send_or_log(address, &subject, text(code)).await;
    }

    /// Sends the code of a new address to it, and tells the old one.
    pub(crate) async fn send_email_change(&self, letters: &Letters, id: &str, code: &str) {
        let subject = "Confirm this address for Toad Lane / Cadarnhewch y cyfeiriad hwn ar gyfer Toad Lane";
        self.send_or_log(&letters.to_new, subject, confirmation(id, code)).await;
        if let Some(old) = &letters.to_old {
            let subject = "A new address for you on Toad Lane / Cyfeiriad newydd i chi ar Toad Lane";
            self.send_or_log(old, subject, notice(&letters.to_new)).await;
        }
    }

    /// Tells a council's administrators that the network entered something for the council, which waits for them.
    pub(crate) async fn send_waiting(&self, addresses: &[String]) {
        let subject = "Something waits for you on Toad Lane / Mae rhywbeth yn aros amdanoch ar Toad Lane";
        for address in addresses {
            self.send_or_log(address, subject, waiting()).await;
        }
    }

    async fn send_or_log(&self, address: &str, subject: &str, text: String) {
        if let Err(error) = self.send(address, subject, text).await {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            tracing::error!(mail.way = ?self.way, "a mail was not sent: {error}: {cause}");
        }
    }

    async fn send(&self, address: &str, subject: &str, text: String) -> Result<(), NotSent> {
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address.parse()?))
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(text)?;
        match &self.way {
            Way::Folder(folder) => {
                AsyncFileTransport::<Tokio1Executor>::new(folder).send(message).await?;
            }
            Way::Smtp(transport) => {
                transport.send(message).await?;
            }
        }
        Ok(())
    }
}

fn sender(from: &str) -> Result<Mailbox, MailError> {
    from.parse().map_err(|_| MailError::Sender(from.to_string()))
}

fn text(code: &str) -> String {
    let minutes = CODE_LIFETIME_S / 60;
    format!(
        "Your sign-in code for Toad Lane is {code}\n\n\
         It works once, within {minutes} minutes. If you did not ask for it, do nothing: nobody is signed in without it.\n\n\
         --\n\n\
         Eich cod mewngofnodi ar gyfer Toad Lane yw {code}\n\n\
         Mae'n gweithio unwaith, o fewn {minutes} munud. Os na wnaethoch ofyn amdano, peidiwch \u{e2} gwneud dim: ni all neb \
         fewngofnodi hebddo.\n"
    )
}

fn confirmation(id: &str, code: &str) -> String {
    format!(
        "This address was entered for you on Toad Lane. To sign in with it, confirm it within a day:\n\n\
         code {code}\n\
         for {id}\n\n\
         If you do not know of it, do nothing.\n\n\
         --\n\n\
         Rhoddwyd y cyfeiriad hwn i chi ar Toad Lane. I fewngofnodi ag ef, cadarnhewch ef o fewn diwrnod:\n\n\
         cod {code}\n\
         ar gyfer {id}\n\n\
         Os na wyddoch amdano, peidiwch \u{e2} gwneud dim.\n"
    )
}

fn waiting() -> String {
    "The network entered a role or a system for your council on Toad Lane. It waits for you: confirm it, or take it \
     back.\n\n\
     --\n\n\
     Rhoddodd y rhwydwaith r\u{f4}l neu system ar gyfer eich cyngor ar Toad Lane. Mae'n aros amdanoch: cadarnhewch hi, \
     neu tynnwch hi'n \u{f4}l.\n"
        .to_string()
}

fn notice(new: &str) -> String {
    format!(
        "Another address was entered for you on Toad Lane: {new}\n\n\
         You sign in with it once it is confirmed from there, and with this one until then. If you did not ask for it, \
         tell your council's administrator, or the network's, at once.\n\n\
         --\n\n\
         Rhoddwyd cyfeiriad arall i chi ar Toad Lane: {new}\n\n\
         Byddwch yn mewngofnodi ag ef ar \u{f4}l ei gadarnhau oddi yno, ac \u{e2}'r un yma tan hynny. Os na ofynnoch \
         amdano, dywedwch wrth weinyddwr eich cyngor, neu'r rhwydwaith, ar unwaith.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_or_server_that_cannot_be_used_stops_the_start_with_a_sentence() {
        let says = |mail: Result<Mail, MailError>| mail.unwrap_err().to_string();
        let folder = std::env::temp_dir();
        assert!(says(Mail::to_folder(&folder, "nobody")).starts_with("the sender nobody is no mail address"));
        assert!(says(Mail::to_smtp("mail.example.org", "a@b.org")).starts_with("the SMTP address cannot be used"));
    }

    #[test]
    fn the_mail_says_the_code_in_both_languages() {
        let text = text("7K3M-9QXA");
        assert_eq!(text.matches("7K3M-9QXA").count(), 2);
        assert!(text.contains("10 minutes") && text.contains("10 munud"));
    }
}
