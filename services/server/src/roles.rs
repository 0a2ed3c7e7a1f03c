//! The roles of a process, placed one after the other in the order in which they call each other. The whole topology is
//! here.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use kit::bus::Bus;
use kit::caller::Area;
use kit::db::{Db, Storage};
use kit::relay;
use kit::tokens::SigningKey;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::service::Routes;

use crate::clock::{Clocks, Tick};
use crate::error::StartError;
use crate::home::Home;
use crate::net::Net;
use crate::settings::Serve;

/// What roles are placed with, and what has become of those that are.
pub struct Roles<'a> {
    pub settings: &'a Serve,
    pub home: &'a Home,
    pub issuer: String,
    pub storage: Storage,
    pub bus: Bus,
    pub stop: CancellationToken,
    pub net: Net,
    pub clocks: Clocks,
    pub http: axum::Router,
    /// What each role does by itself.
    pub running: Vec<BoxFuture<'static, ()>>,
    /// What hands their events on.
    pub relays: Vec<BoxFuture<'static, ()>>,
}

impl Roles<'_> {
    /// Places the roles of this process.
    pub async fn place(&mut self) -> Result<(), StartError> {
        for role in Area::ALL {
            let Some(key) = self.home.key(role) else { continue };
            match role {
                Area::Registry => self.registry(key).await?,
                Area::Rounds => self.rounds(&key)?,
                Area::Bids => self.bids(key)?,
                Area::Grading => self.grading(key)?,
                Area::Awards => self.awards(&key)?,
                Area::Reporting => self.reporting(&key)?,
                Area::Learning => self.learning(&key)?,
            }
        }
        Ok(())
    }

    async fn registry(&mut self, key: Arc<SigningKey>) -> Result<(), StartError> {
        let db = registry::open(&self.storage, None)?;
        let mail = self.settings.mail(&self.home.folder)?;
        let settings = registry::Settings { issuer: self.issuer.clone(), key, mail };
        let service = registry::Registry::new(db.clone(), settings);
        let keys: Vec<_> = self.home.key_set.iter().cloned().collect();
        service.prepare(&keys).await?;
        self.http = std::mem::take(&mut self.http).merge(service.http_routes());
        self.keep(Area::Registry, db, service.routes());
        Ok(())
    }

    fn rounds(&mut self, key: &Arc<SigningKey>) -> Result<(), StartError> {
        let db = rounds::open(&self.storage, None)?;
        let registry = self.net.to(Area::Registry, key)?;
        let service = rounds::Rounds::new(db.clone(), registry, self.stop.clone());
        self.keep(Area::Rounds, db, service.routes());
        self.tick(&service, |service| async move { Ok(service.tick().await?) });
        self.running.push(Box::pin(service.run()));
        Ok(())
    }

    fn bids(&mut self, key: Arc<SigningKey>) -> Result<(), StartError> {
        let db = bids::open(&self.storage, None)?;
        let (registry, rounds) = (self.net.to(Area::Registry, &key)?, self.net.to(Area::Rounds, &key)?);
        let files = self.home.folder.join("attachments");
        let service = bids::Bids::new(db.clone(), &files, key, registry, rounds, self.stop.clone())?;
        self.keep(Area::Bids, db, service.routes());
        service.subscribe(&self.bus);
        self.tick(&service, |service| async move { Ok(service.tick().await?) });
        self.running.push(Box::pin(service.run()));
        Ok(())
    }

    fn grading(&mut self, key: Arc<SigningKey>) -> Result<(), StartError> {
        let db = grading::open(&self.storage, None)?;
        let (registry, rounds) = (self.net.to(Area::Registry, &key)?, self.net.to(Area::Rounds, &key)?);
        let bids = self.net.to(Area::Bids, &key)?;
        let service = grading::Grading::new(db.clone(), key, registry, rounds, bids, self.stop.clone());
        self.keep(Area::Grading, db, service.routes());
        service.subscribe(&self.bus);
        self.tick(&service, |service| async move { Ok(service.tick().await?) });
        self.running.push(Box::pin(service.run()));
        Ok(())
    }

    fn awards(&mut self, key: &Arc<SigningKey>) -> Result<(), StartError> {
        let db = awards::open(&self.storage, None)?;
        let (registry, rounds) = (self.net.to(Area::Registry, key)?, self.net.to(Area::Rounds, key)?);
        let grading = self.net.to(Area::Grading, key)?;
        let service = awards::Awards::new(db.clone(), registry, rounds, grading, self.stop.clone());
        self.keep(Area::Awards, db, service.routes());
        service.subscribe(&self.bus);
        self.tick(&service, |service| async move { Ok(service.tick().await?) });
        self.running.push(Box::pin(service.run()));
        Ok(())
    }

    fn reporting(&mut self, key: &Arc<SigningKey>) -> Result<(), StartError> {
        let db = reporting::open(&self.storage, None)?;
        let (registry, rounds) = (self.net.to(Area::Registry, key)?, self.net.to(Area::Rounds, key)?);
        let bids = self.net.to(Area::Bids, key)?;
        let files = self.home.folder.join("evidence");
        let service = reporting::Reporting::new(db.clone(), &files, registry, rounds, bids, self.stop.clone())?;
        self.keep(Area::Reporting, db, service.routes());
        service.subscribe(&self.bus);
        self.tick(&service, |service| async move { Ok(service.tick().await?) });
        self.running.push(Box::pin(service.run()));
        Ok(())
    }

    fn learning(&mut self, key: &Arc<SigningKey>) -> Result<(), StartError> {
        let db = learning::open(&self.storage, None)?;
        let (registry, rounds) = (self.net.to(Area::Registry, key)?, self.net.to(Area::Rounds, key)?);
        let (awards, reporting) = (self.net.to(Area::Awards, key)?, self.net.to(Area::Reporting, key)?);
        let (publisher, stop) = (self.settings.publisher.publisher(db.clock()), self.stop.clone());
        let service = learning::Learning::new(db.clone(), publisher, registry, rounds, awards, reporting, stop)?;
        self.keep(Area::Learning, db, service.routes());
        service.subscribe(&self.bus);
        self.tick(&service, |service| async move { Ok(service.tick().await?) });
        self.running.push(Box::pin(service.run()));
        Ok(())
    }

    /// What every role has: its RPCs, its clock, and its relay.
    fn keep(&mut self, area: Area, db: Db, routes: Routes) {
        self.net.place(area, routes, db.clock());
        self.relays.push(Box::pin(relay::run(db.clone(), self.bus.clone(), area, self.stop.clone())));
        self.clocks.dbs.push(db);
    }

    /// What is due in a service when the clock is moved.
    fn tick<S, F, R>(&mut self, service: &S, tick: F)
    where
        S: Clone + Send + Sync + 'static,
        F: Fn(S) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), Status>> + Send + 'static,
    {
        let service = service.clone();
        let tick: Tick = Box::new(move || Box::pin(tick(service.clone())));
        self.clocks.ticks.push(tick);
    }
}
