//! Who is told which services there are: the program, over a real socket.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

const SERVICES: [&str; 3] = [
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "ledger.v1.Ledger",
];

#[tokio::test]
async fn asvs_13_4_5_services_are_listed_where_that_was_asked_for() {
    let server = Server::start(Some("true"));

    let request = MessageRequest::ListServices(String::new());
    let Some(MessageResponse::ListServicesResponse(list)) = server.ask(request).await.unwrap()
    else {
        panic!("no list");
    };
    let mut names: Vec<_> = list.service.into_iter().map(|found| found.name).collect();
    names.sort();
    assert_eq!(names, SERVICES);

    for name in SERVICES {
        let request = MessageRequest::FileContainingSymbol(name.to_owned());
        let answer = server.ask(request).await.unwrap();
        let Some(MessageResponse::FileDescriptorResponse(files)) = answer else {
            panic!("{name}: {answer:?}");
        };
        assert!(!files.file_descriptor_proto.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn asvs_13_4_5_and_elsewhere_there_is_nothing_to_ask() {
    for setting in [None, Some("false")] {
        let server = Server::start(setting);

        for request in [
            MessageRequest::ListServices(String::new()),
            MessageRequest::FileContainingSymbol("ledger.v1.Ledger".to_owned()),
        ] {
            let refused = server.ask(request).await.unwrap_err();
            assert_eq!(refused.code(), Code::Unimplemented, "{refused:?}");
            assert_eq!(refused.message(), "", "{refused:?}");
        }
        assert!(server.is_serving().await);
    }
}

/// The program, started for one test and ended with it.
struct Server {
    child: Child,
    address: String,
    /// Kept open: the program goes on with its welcome.
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    fn start(reflection: Option<&str>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tonic-api"));
        for (name, _) in std::env::vars_os() {
            let is_setting = |name: &str| name.to_ascii_uppercase().starts_with("TONIC_API_");
            if name.to_str().is_some_and(is_setting) {
                command.env_remove(name);
            }
        }
        command.env("TONIC_API_LISTEN", "127.0.0.1:0");
        if let Some(value) = reflection {
            command.env("TONIC_API_REFLECTION", value);
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut first = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut first).unwrap();
        let address = first.trim().strip_prefix("listening on ").unwrap();
        Self {
            child,
            address: format!("http://{address}"),
            _stdout: stdout,
        }
    }

    async fn channel(&self) -> Channel {
        let endpoint = Endpoint::from_shared(self.address.clone()).unwrap();
        endpoint.connect().await.unwrap()
    }

    async fn ask(&self, request: MessageRequest) -> Result<Option<MessageResponse>, Status> {
        let request = ServerReflectionRequest {
            host: String::new(),
            message_request: Some(request),
        };
        let mut client = ServerReflectionClient::new(self.channel().await);
        let requests = tokio_stream::once(request);
        let mut answers = client.server_reflection_info(requests).await?.into_inner();
        let answer = answers.message().await?;
        Ok(answer.and_then(|answer| answer.message_response))
    }

    async fn is_serving(&self) -> bool {
        let mut client = HealthClient::new(self.channel().await);
        let answer = client.check(HealthCheckRequest::default()).await;
        let HealthCheckResponse { status, .. } = answer.unwrap().into_inner();
        status == i32::from(ServingStatus::Serving)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}
