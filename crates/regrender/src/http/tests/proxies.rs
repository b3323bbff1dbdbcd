//! Which proxy is asked, and what comes of it.

use super::*;

fn through_proxy(answer: &'static str) -> (Result<Response, TransportError>, Server) {
    let proxy = Server::http(move |asked| match asked.method.as_str() {
        "CONNECT" => Answer::Bytes(answer.into()),
        _ => Answer::new(200, &[], "from afar"),
    });
    let address = format!("http://bot:canary-4f1d@{}", proxy.authority());
    let network = network(&[("HTTP_PROXY", address.as_str())]);
    let outcome = network.transport(Trust::Machine).send(&get("http://registry.example/v2/"));
    (outcome, proxy)
}

#[test]
fn a_proxy_is_asked_to_connect() {
    let (outcome, proxy) = through_proxy("HTTP/1.1 200 Connected\r\n\r\n");
    assert_eq!(outcome.unwrap().body(), b"from afar");
    assert_eq!(proxy.lines(), ["CONNECT registry.example:80", "GET /v2/"]);
    let asked = proxy.asked();
    assert_eq!(asked[0].header("proxy-authorization"), Some("Basic Ym90OmNhbmFyeS00ZjFk"));
    assert_eq!(asked[1].header("proxy-authorization"), None);
}

#[test]
fn a_proxy_that_refuses_is_named() {
    let (outcome, _proxy) = through_proxy("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    let error = outcome.unwrap_err();
    assert!(matches!(&error, TransportError::Proxy(_)));
    let said = error.to_string();
    assert!(
        said.contains("HTTP_PROXY") && said.contains("407") && !said.contains("canary"),
        "{said}"
    );
}

#[test]
fn a_proxy_that_is_not_there_is_named() {
    let network = network(&[("HTTPS_PROXY", "127.0.0.1:1")]);
    let http = network.transport(Trust::Machine);
    let error = http.send(&get("https://registry.example/v2/")).unwrap_err();
    let why = String::from("HTTPS_PROXY: the connection was refused");
    assert_eq!(error, TransportError::Proxy(why));
}

#[test]
fn a_proxy_of_another_kind_is_told() {
    for address in ["ftp://proxy.corp", "http://", "socks5://proxy.corp:1080"] {
        let network = network(&[("HTTPS_PROXY", address)]);
        let http = network.transport(Trust::Machine);
        // Some need the address of the host before they connect.
        for host in ["registry.example", "192.0.2.1"] {
            let error = http.send(&get(&format!("https://{host}/v2/"))).unwrap_err();
            assert!(
                matches!(&error, TransportError::Proxy(why) if why.contains("HTTPS_PROXY")),
                "{error}"
            );
        }
    }
}

/// Returns the variable of the proxy that a request to `address` goes through.
fn chosen(variables: &[(&str, &str)], address: &str) -> Option<&'static str> {
    let proxies = Proxies::of(&world(variables));
    proxies.choose(&Url::parse(address).unwrap()).map(|proxy| proxy.variable)
}

#[test]
fn each_scheme_has_its_proxy() {
    let variables = [("HTTPS_PROXY", "a"), ("http_proxy", "b")];
    assert_eq!(chosen(&variables, "https://host/"), Some("HTTPS_PROXY"));
    assert_eq!(chosen(&variables, "http://host/"), Some("http_proxy"));
    assert_eq!(chosen(&variables[..1], "http://host/"), None);
}

#[test]
fn upper_case_goes_first() {
    let variables = [("HTTPS_PROXY", "a"), ("https_proxy", "b")];
    assert_eq!(chosen(&variables, "https://host/"), Some("HTTPS_PROXY"));
    let variables = [("HTTPS_PROXY", ""), ("https_proxy", "b")];
    assert_eq!(chosen(&variables, "https://host/"), Some("https_proxy"));
}

#[test]
fn a_web_server_does_not_set_the_proxy() {
    let variables = [("HTTP_PROXY", "a"), ("REQUEST_METHOD", "GET")];
    assert_eq!(chosen(&variables, "http://host/"), None);
}

#[test]
fn this_machine_is_asked_directly() {
    let variables = [("HTTPS_PROXY", "a")];
    for host in ["localhost", "127.0.0.1:5000", "127.8.8.8", "[::1]:5000"] {
        assert_eq!(chosen(&variables, &format!("https://{host}/")), None, "{host}");
    }
}

#[track_caller]
fn direct(exceptions: &str, host: &str, is_direct: bool) {
    let variables = [("HTTPS_PROXY", "a"), ("NO_PROXY", exceptions)];
    assert_eq!(chosen(&variables, &format!("https://{host}/")).is_none(), is_direct, "{host}");
}

#[test]
fn a_domain_is_asked_directly_with_all_below_it() {
    direct("corp.example", "corp.example", true);
    direct("corp.example", "registry.corp.example", true);
    direct("corp.example", "notcorp.example", false);
    direct("a, CORP.example ,b", "registry.corp.example", true);
}

#[test]
fn a_leading_dot_leaves_the_domain_itself_out() {
    for exceptions in [".corp.example", "*.corp.example"] {
        direct(exceptions, "registry.corp.example", true);
        direct(exceptions, "corp.example", false);
    }
}

#[test]
fn a_port_narrows_an_exception() {
    direct("corp.example:", "corp.example:5000", true);
    direct("corp.example:5000", "corp.example:5000", true);
    direct("corp.example:5000", "corp.example", false);
    direct("10.0.0.1:5000", "10.0.0.1:5000", true);
    direct("10.0.0.1:5000", "10.0.0.1", false);
    direct("corp.example:x", "corp.example", false);
}

#[test]
fn addresses_and_networks_are_exceptions() {
    direct("10.0.0.1", "10.0.0.1:5000", true);
    direct("10.0.0.0/8", "10.200.3.4", true);
    direct("10.0.0.0/8", "11.0.0.1", false);
    direct("0.0.0.0/0", "11.0.0.1", true);
    direct("fd00::/8", "[fd12::1]:5000", true);
    direct("fd00::/8", "10.0.0.1", false);
    direct("fd12::1", "[fd12::1]", true);
    direct("10.0.0.0/33", "10.0.0.1", false);
    direct("10.0.0.0/8", "ten.example", false);
}

#[test]
fn a_star_is_everything() {
    direct("*", "registry.example", true);
    direct("a,*", "10.0.0.1", true);
    direct("", "registry.example", false);
}
