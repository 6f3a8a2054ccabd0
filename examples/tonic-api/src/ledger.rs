//! The service itself: it never asks who may, only who it is.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bartizan::Principal;
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

use crate::protocol::ledger_server::Ledger;
use crate::protocol::{
    AuditRequest, Balance, Entry, Finding, GetBalanceRequest, WatchEntriesRequest,
};

/// The most accounts, and entries in one: callers choose both.
const MAX_ACCOUNTS: usize = 1_000;
const MAX_ENTRIES: usize = 10_000;

/// A ledger in memory. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Books(Arc<Mutex<HashMap<String, Vec<i64>>>>);

impl Books {
    fn post(&self, entry: Entry) -> Result<(), Status> {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !accounts.contains_key(&entry.account) && accounts.len() >= MAX_ACCOUNTS {
            return Err(Status::resource_exhausted("the ledger is full"));
        }
        let entries = accounts.entry(entry.account).or_default();
        if entries.len() >= MAX_ENTRIES {
            return Err(Status::resource_exhausted("the account is full"));
        }
        entries.push(entry.cents);
        Ok(())
    }

    fn entries(&self, account: &str) -> Vec<i64> {
        let accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.get(account).cloned().unwrap_or_default()
    }

    fn balance(&self, account: String, asked_by: String) -> Balance {
        let cents = self
            .entries(&account)
            .into_iter()
            .fold(0, i64::saturating_add);
        Balance {
            account,
            cents,
            asked_by,
        }
    }
}

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl Ledger for Books {
    type AuditStream = Answers<Finding>;
    type WatchEntriesStream = Answers<Entry>;

    async fn get_balance(
        &self,
        request: Request<GetBalanceRequest>,
    ) -> Result<Response<Balance>, Status> {
        let who = who(&request)?;
        let account = request.into_inner().account;
        Ok(Response::new(self.balance(account, who)))
    }

    async fn watch_entries(
        &self,
        request: Request<WatchEntriesRequest>,
    ) -> Result<Response<Self::WatchEntriesStream>, Status> {
        let account = request.into_inner().account;
        let entries = self.entries(&account).into_iter().map(move |cents| {
            Ok(Entry {
                account: account.clone(),
                cents,
            })
        });
        Ok(Response::new(Box::pin(tokio_stream::iter(entries))))
    }

    async fn post_entry(&self, request: Request<Entry>) -> Result<Response<Balance>, Status> {
        let who = who(&request)?;
        let entry = request.into_inner();
        let account = entry.account.clone();
        self.post(entry)?;
        Ok(Response::new(self.balance(account, who)))
    }

    async fn import_entries(
        &self,
        request: Request<Streaming<Entry>>,
    ) -> Result<Response<Balance>, Status> {
        let who = who(&request)?;
        let mut entries = request.into_inner();
        let mut account = String::new();
        while let Some(entry) = entries.message().await? {
            account.clone_from(&entry.account);
            self.post(entry)?;
        }
        Ok(Response::new(self.balance(account, who)))
    }

    async fn audit(
        &self,
        request: Request<Streaming<AuditRequest>>,
    ) -> Result<Response<Self::AuditStream>, Status> {
        let books = self.clone();
        let findings = request.into_inner().map(move |question| {
            let account = question?.account;
            let is_balanced = books.balance(account.clone(), String::new()).cents == 0;
            Ok(Finding {
                account,
                is_balanced,
            })
        });
        Ok(Response::new(Box::pin(findings)))
    }
}

/// Who the guards found the request to come from.
fn who<T>(request: &Request<T>) -> Result<String, Status> {
    let principal = request.extensions().get::<Principal>();
    let subject = principal.map(|principal| principal.subject().to_owned());
    subject.ok_or_else(|| Status::internal("the service is not behind its guards"))
}
