//! Asks the registry about organisations. An answer is kept for ten minutes and used while the registry is unreachable.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use toadlane_proto::registry::v1::organisations_service_client::OrganisationsServiceClient;
use toadlane_proto::registry::v1::{GetStandingRequest, Standing};

use crate::caller::Caller;
use crate::ids::{OrgId, PersonId};
use crate::neighbour::{Unanswered, answered, with_timeout};
use crate::refusal::Refusal;
use crate::time::Date;
use crate::transport::Transport;

const KEEP: Duration = Duration::from_secs(600);
const MOST_KEPT: u64 = 10_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Question {
    organisation: OrgId,
    /// None means today.
    as_of: Option<Date>,
    person: Option<PersonId>,
}

#[derive(Clone)]
struct Source {
    organisations: OrganisationsServiceClient<Transport>,
    kept: moka::future::Cache<Question, Standing>,
}

/// Behind a pointer, so that the cache and the client are compiled here alone.
#[derive(Clone)]
pub struct Register {
    ask: Arc<Ask>,
}

type Ask = dyn Fn(Question, Recall) -> BoxFuture<'static, Result<Option<Standing>, Unanswered>> + Send + Sync;

/// Whether an earlier answer will do while the registry is away.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Recall {
    Yes,
    No,
}

impl Register {
    pub fn new(registry: Transport) -> Register {
        let source = Source {
            organisations: OrganisationsServiceClient::new(registry),
            kept: moka::future::Cache::builder().max_capacity(MOST_KEPT).time_to_live(KEEP).build(),
        };
        let ask = move |question, recall| {
            let source = source.clone();
            async move {
                match recall {
                    Recall::Yes => source.ask_or_recall(question).await,
                    Recall::No => source.ask(&question).await,
                }
            }
            .boxed()
        };
        Register { ask: Arc::new(ask) }
    }

    /// What it says of an organisation on a day; none where it does not hold it.
    pub async fn standing(&self, organisation: OrgId, as_of: Date) -> Result<Option<Standing>, Unanswered> {
        (self.ask)(Question { organisation, as_of: Some(as_of), person: None }, Recall::Yes).await
    }

    /// What it says of an organisation now: for what no deadline waits for, such as where money goes.
    pub async fn standing_now(&self, organisation: OrgId) -> Result<Option<Standing>, Unanswered> {
        (self.ask)(Question { organisation, as_of: None, person: None }, Recall::No).await
    }

    /// The organisation, if it holds this person as a certifier of it today.
    ///
    /// # Errors
    /// When it does not hold the organisation, or cannot be asked.
    pub async fn certifier_of<E>(&self, person: PersonId, organisation: OrgId) -> Result<Option<OrgId>, E>
    where
        E: From<Refusal> + From<Unanswered>,
    {
        let is_certifier = self.is_certifier(person, organisation).await?;
        Ok(is_certifier.ok_or_else(|| E::from(Refusal::NotFound { what: "organisation" }))?.then_some(organisation))
    }

    /// Whether it holds this person as a certifier of the organisation today; none where it does not hold that.
    async fn is_certifier(&self, person: PersonId, organisation: OrgId) -> Result<Option<bool>, Unanswered> {
        let question = Question { organisation, as_of: None, person: Some(person) };
        let standing = (self.ask)(question, Recall::Yes).await?;
        Ok(standing.map(|standing| standing.person_is_certifier))
    }
}

/// Lets a certifier's word stand for an organisation: the register must hold them as a certifier of it, and a person
/// gives their own word alone, while a system names whose it carries. `certifier_of` is what [`Register::certifier_of`]
/// said beforehand.
///
/// # Errors
/// [`Refusal::Invalid`] for somebody who is no certifier of it, [`Refusal::NotAllowed`] for another person's word.
pub fn expect_word_of(
    caller: &Caller,
    certifier: PersonId,
    certifier_of: Option<OrgId>,
    organisation: OrgId,
) -> Result<(), Refusal> {
    if certifier_of != Some(organisation) {
        let says = "the registry holds no such certifier of this organisation";
        return Err(Refusal::bad_field("certifier_id", "certifier", says));
    }
    match caller.person() {
        Some(person) if person != certifier => Err(Refusal::NotAllowed { who_may: "only the certifier named" }),
        Some(_) | None => Ok(()),
    }
}

impl Source {
    async fn ask_or_recall(&self, question: Question) -> Result<Option<Standing>, Unanswered> {
        match self.ask(&question).await {
            Ok(Some(standing)) => {
                self.kept.insert(question, standing.clone()).await;
                Ok(Some(standing))
            }
            Ok(None) => {
                self.kept.invalidate(&question).await;
                Ok(None)
            }
            Err(away @ Unanswered::OutOfReach(_)) => self.kept.get(&question).await.map(Some).ok_or(away),
            Err(other) => Err(other),
        }
    }

    async fn ask(&self, question: &Question) -> Result<Option<Standing>, Unanswered> {
        let request = with_timeout(GetStandingRequest {
            organisation_id: question.organisation.to_string(),
            as_of: question.as_of.map(|day| day.to_string()).unwrap_or_default(),
            person_id: question.person.map(|id| id.to_string()).unwrap_or_default(),
        });
        answered(self.organisations.clone().get_standing(request).await)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use prost::Message;
    use tonic::Status;

    use super::*;
    use crate::testing::answers::canned;

    #[tokio::test]
    async fn what_was_heard_serves_while_the_register_is_away_and_nothing_else_does() {
        let away = Arc::new(AtomicBool::new(false));
        let is_away = away.clone();
        let standing = Standing { person_is_certifier: true, ..Default::default() }.encode_to_vec();
        let register = Register::new(canned(move |_, _| match is_away.load(Ordering::SeqCst) {
            true => Err(Status::unavailable("away")),
            false => Ok(Some(standing.clone())),
        }));
        let (organisation, person) = (OrgId::new(), PersonId::new());
        assert_eq!(register.is_certifier(person, organisation).await.unwrap(), Some(true));
        away.store(true, Ordering::SeqCst);
        assert_eq!(register.is_certifier(person, organisation).await.unwrap(), Some(true));
        let other = register.is_certifier(PersonId::new(), organisation).await.unwrap_err();
        assert!(matches!(other, Unanswered::OutOfReach(_)), "{other}");
        assert!(register.standing_now(organisation).await.is_err(), "this is always asked");
    }
}
