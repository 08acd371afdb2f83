//! What is wrong with a file, and where.

use super::super::*;
use super::GOOD;

/// What is wrong once `from` has become `to`.
fn broken(file: &str, from: &str, to: &str) -> Problem {
    assert_eq!(
        file.matches(from).count(),
        1,
        "'{from}' is in the file once"
    );
    let text = file.replace(from, to);
    Scenario::parse(&text).map(|_| ()).expect_err(&text)
}

fn assert_broken(cases: &[(&str, &str, &str, &str)]) {
    assert_broken_in(GOOD, cases);
}

pub(super) fn assert_broken_in(file: &str, cases: &[(&str, &str, &str, &str)]) {
    for (from, to, path, words) in cases {
        let problem = broken(file, from, to);
        assert_eq!(problem.path, *path, "{from} -> {to}: {problem}");
        assert!(problem.message.contains(words), "{from} -> {to}: {problem}");
    }
}

#[test]
fn syntax_errors_say_line_and_column() {
    for (text, words) in [
        ("", "line 1 column 0"),
        ("{\n  \"version\": 1,\n  oops\n}", "line 3 column 3"),
        ("{\"version\": 1} trailing", "line 1 column 16"),
        ("nul", "line 1 column 3"),
    ] {
        let problem = Scenario::parse(text).unwrap_err();
        assert!(problem.message.contains(words), "{text}: {problem}");
    }
    let twice = GOOD.replace("\"version\": 1", "\"version\": 1,\n\"version\": 1");
    let problem = Scenario::parse(&twice).unwrap_err();
    assert!(
        problem
            .message
            .contains("duplicate field `version` at line"),
        "{problem}"
    );
    let problem = Scenario::parse("[]").unwrap_err();
    assert!(
        problem.message.contains("list, expected an object"),
        "{problem}"
    );
    let problem = Scenario::parse(&format!("{GOOD} more")).unwrap_err();
    assert!(
        problem.message.contains("trailing characters at line 1"),
        "{problem}"
    );
}

#[test]
fn unknown_fields_and_wrong_types_say_where() {
    assert_broken(&[
        (
            "\"version\": 1",
            "\"version\": \"1\"",
            "version",
            "expected a whole number from 0 to 4294967295",
        ),
        (
            "\"version\": 1",
            "\"versoin\": 1",
            "versoin",
            "unknown field",
        ),
        ("\"version\": 1", "\"version\": 2", "version", "only 1"),
        ("\"until\": \"1h\"", "\"until\": 3600", "until", "expected"),
        (
            "\"until\": \"1h\"",
            "\"until\": \"1 hour\"",
            "until",
            "1h30m",
        ),
        (
            "\"until\": \"1h\"",
            "\"until\": \"0s\"",
            "until",
            "longer than nothing",
        ),
        (
            "\"until\": \"1h\"",
            "\"until\": \"4000d\"",
            "until",
            "3650d",
        ),
        (
            "\"until\": \"1h\"",
            "\"until\": \"99999999999999999999d\"",
            "until",
            "not a duration",
        ),
        ("\"version\": 1", "\"version\": 1.5", "version", "fraction"),
        ("\"version\": 1", "\"version\": -1", "version", "`-1`"),
        (
            "[\"pc\", \"sw\"]",
            "[\"pc\", \"sw\", \"srv\"]",
            "links[0].between",
            "length 3",
        ),
        ("\"name\": \"small\"", "\"name\": \"\"", "name", "empty"),
        ("\"id\": \"pc\"", "\"id\": \"\"", "nodes[0].id", "1 to 32"),
        (
            "\"id\": \"pc\"",
            "\"id\": \"p c\"",
            "nodes[0].id",
            "letters",
        ),
        (
            "\"id\": \"pc\"",
            "\"id\": 7",
            "nodes[0].id",
            "expected a string",
        ),
        (
            "\"kind\": \"client\"",
            "\"kind\": \"bridge\"",
            "nodes[0].kind",
            "unknown variant",
        ),
        (
            "\"host_name\": \"pc\"",
            "\"hostname\": \"pc\"",
            "nodes[0].client.hostname",
            "unknown field",
        ),
        (
            "\"host_name\": \"pc\"",
            "\"offer_window\": \"infinite\"",
            "nodes[0].client.offer_window",
            "at most 1h",
        ),
        (
            "\"host_name\": \"pc\"",
            "\"client_id\": \"0x01\"",
            "nodes[0].client.client_id",
            "01:02:ab",
        ),
        (
            "\"host_name\": \"pc\"",
            "\"host_name\": \"\"",
            "nodes[0].client.host_name",
            "1 to 63",
        ),
        (
            "\"host_name\": \"pc\"",
            "\"probe\": 1",
            "nodes[0].client.probe",
            "expected true or false",
        ),
        (
            "\"address\": \"192.0.2.1/24\"",
            "\"address\": \"192.0.2.1\"",
            "nodes[2].address",
            "192.0.2.1/24",
        ),
        (
            "\"address\": \"192.0.2.1/24\"",
            "\"address\": \"192.0.2.1/33\"",
            "nodes[2].address",
            "192.0.2.1/24",
        ),
        (
            "\"dns\": [\"192.0.2.1\"]",
            "\"dns\": [\"192.0.2\"]",
            "nodes[2].server.dns[0]",
            "IPv4",
        ),
        (
            "\"dns\": [\"192.0.2.1\"]",
            "\"ping\": \"always\"",
            "nodes[2].server.ping",
            "unknown variant",
        ),
        (
            "\"dns\": [\"192.0.2.1\"]",
            "\"lease\": -1",
            "nodes[2].server.lease",
            "expected",
        ),
        (
            "02:00:00:00:00:09",
            "02:00:00:00:00",
            "nodes[2].server.reservations[0].mac",
            "six pairs",
        ),
        (
            "\"at\": \"1m\"",
            "\"when\": \"1m\"",
            "commands[0].when",
            "unknown field",
        ),
        (
            "\"do\": \"release\"",
            "\"do\": \"explode\"",
            "commands[1].do",
            "unknown variant",
        ),
        (
            "\"between\": [\"pc\", \"sw\"]",
            "\"between\": [\"pc\"]",
            "links[0].between",
            "a list of 2",
        ),
    ]);
}

#[test]
fn another_version_is_told_before_all_else() {
    for (version, said) in [("2", "2"), ("0", "0"), ("5000000000", "5000000000")] {
        // Its fields are others, some that version 1 needs are not there, and some mean something else.
        let text = format!(r#"{{ "hosts": [], "until": 7, "version": {version}, "name": "" }}"#);
        let problem = Scenario::parse(&text).map(|_| ()).expect_err(&text);
        assert_eq!(problem.path, "version", "{text}: {problem}");
        let message = format!("version {said} is unknown, only 1 is known");
        assert_eq!(problem.message, message, "{text}");
    }
    // What is no number says nothing of a version.
    let problem = Scenario::parse(r#"{ "version": [2] }"#).unwrap_err();
    assert!(
        problem
            .message
            .contains("expected a whole number from 0 to 4294967295"),
        "{problem}"
    );
    // A file that was made otherwise than from text is held to it as well.
    let mut file = Scenario::parse(GOOD).unwrap().file().clone();
    file.version = 2;
    assert_eq!(Scenario::new(file).unwrap_err().path, "version");
}

#[test]
fn what_is_missing_is_named() {
    assert_broken(&[
        ("\"name\": \"small\", ", "", "", "missing field `name`"),
        ("\"id\": \"pc\", ", "", "nodes[0]", "missing field `id`"),
        (
            "\"address\": \"192.0.2.1/24\",",
            "",
            "nodes[2].address",
            "must have a fixed address",
        ),
    ]);
}

#[test]
fn networks_that_cannot_be_built() {
    assert_broken(&[
        ("\"id\": \"sw\"", "\"id\": \"pc\"", "nodes[1].id", "twice"),
        (
            "\"kind\": \"switch\"",
            "\"kind\": \"switch\", \"client\": {}",
            "nodes[1].client",
            "only a client",
        ),
        (
            "\"kind\": \"switch\"",
            "\"kind\": \"switch\", \"address\": \"192.0.2.3/24\"",
            "nodes[1].address",
            "only a server",
        ),
        (
            "\"kind\": \"client\"",
            "\"kind\": \"client\", \"router\": \"192.0.2.3\"",
            "nodes[0].router",
            "only a server",
        ),
        (
            "\"kind\": \"client\"",
            "\"kind\": \"client\", \"mac\": \"03:00:00:00:00:01\"",
            "nodes[0].mac",
            "group",
        ),
        (
            "[\"pc\", \"sw\"]",
            "[\"pc\", \"hub\"]",
            "links[0].between",
            "there are pc, srv, sw",
        ),
        (
            "[\"pc\", \"sw\"]",
            "[\"pc\", \"pc\"]",
            "links[0].between",
            "two different ends",
        ),
        (
            "[\"pc\", \"sw\"]",
            "[\"sw\", \"srv\"]",
            "links[1].between",
            "one card",
        ),
        (
            "{ \"between\": [\"pc\", \"sw\"], \"latency\": \"1ms\" }",
            "{ \"between\": [\"pc\", \"sw\"], \"latency\": \"11s\" }",
            "links[0].latency",
            "at most 10s",
        ),
    ]);
    let two_switches = GOOD
        .replace("{ \"id\": \"sw\", \"kind\": \"switch\" },", "{ \"id\": \"sw\", \"kind\": \"switch\" }, { \"id\": \"s2\", \"kind\": \"switch\" },")
        .replace("\"links\": [", "\"links\": [ { \"between\": [\"sw\", \"s2\"], \"latency\": \"1ms\" }, { \"between\": [\"s2\", \"sw\"], \"latency\": \"1ms\" },");
    let problem = Scenario::parse(&two_switches).unwrap_err();
    assert_eq!(problem.path, "links[1]");
    assert!(problem.message.contains("loop"), "{problem}");
    let mac = "\"kind\": \"client\", \"mac\": \"02:00:00:00:00:07\"";
    let same = GOOD
        .replace("\"kind\": \"client\"", mac)
        .replace("\"kind\": \"server\"", &mac.replace("client", "server"));
    assert_eq!(Scenario::parse(&same).unwrap_err().path, "nodes[2].mac");
}

#[test]
fn servers_that_cannot_work() {
    let pool = "\"192.0.2.10-192.0.2.20\"";
    let pools = "nodes[2].server.pools";
    assert_broken(&[
        (
            pool,
            "\"192.0.3.10-192.0.3.20\"",
            &format!("{pools}[0]"),
            "outside",
        ),
        (
            pool,
            "\"192.0.2.10-192.0.3.20\"",
            &format!("{pools}[0]"),
            "outside",
        ),
        (
            pool,
            "\"192.0.2.20-192.0.2.10\"",
            &format!("{pools}[0]"),
            "not a range",
        ),
        (
            pool,
            "\"192.0.2.10-\"",
            &format!("{pools}[0]"),
            "not a range",
        ),
        (
            pool,
            "\"192.0.2.10-192.0.2.20\", \"192.0.2.20-192.0.2.30\"",
            &format!("{pools}[1]"),
            "overlaps",
        ),
        (
            "\"address\": \"192.0.2.9\"",
            "\"address\": \"10.0.0.9\"",
            "nodes[2].server.reservations[0].address",
            "outside",
        ),
        (
            "\"dns\": [\"192.0.2.1\"]",
            "\"extends\": [\"10.0.0.1\"]",
            "nodes[2].server.extends[0]",
            "outside",
        ),
        (
            "\"dns\": [\"192.0.2.1\"]",
            "\"lease\": \"999ms\"",
            "nodes[2].server.lease",
            "at least 1s",
        ),
        (
            "\"dns\": [\"192.0.2.1\"]",
            "\"min_lease\": \"2d\"",
            "nodes[2].server.min_lease",
            "max_lease",
        ),
        (
            "\"dns\": [\"192.0.2.1\"]",
            "\"domain\": \"a b\"",
            "nodes[2].server.domain",
            "ASCII",
        ),
        (
            "\"address\": \"192.0.2.1/24\"",
            "\"address\": \"192.0.2.0/24\"",
            "nodes[2].address",
            "not an address that a host",
        ),
        (
            "\"address\": \"192.0.2.1/24\"",
            "\"address\": \"192.0.2.255/24\"",
            "nodes[2].address",
            "not an address that a host",
        ),
        (
            "\"address\": \"192.0.2.1/24\"",
            "\"address\": \"0.0.0.0/0\"",
            "nodes[2].address",
            "not an address that a host",
        ),
        (
            "\"address\": \"192.0.2.1/24\"",
            "\"address\": \"224.0.0.1/8\"",
            "nodes[2].address",
            "not an address that a host",
        ),
    ]);
    let many = format!("\"dns\": [{}]", vec!["\"192.0.2.1\""; 33].join(","));
    assert_eq!(
        broken(GOOD, "\"dns\": [\"192.0.2.1\"]", &many).path,
        "nodes[2].server.dns"
    );
    let kept = "{ \"mac\": \"02:00:00:00:00:09\", \"address\": \"192.0.2.9\" }";
    for (second, field) in [
        (
            "{ \"mac\": \"02:00:00:00:00:09\", \"address\": \"192.0.2.8\" }",
            "mac",
        ),
        (
            "{ \"mac\": \"02:00:00:00:00:08\", \"address\": \"192.0.2.9\" }",
            "address",
        ),
    ] {
        let problem = broken(GOOD, kept, &format!("{kept}, {second}"));
        assert_eq!(
            problem.path,
            format!("nodes[2].server.reservations[1].{field}")
        );
    }
}

#[test]
fn commands_that_cannot_be_carried_out() {
    assert_broken(&[
        (
            "\"node\": \"pc\" }",
            "\"node\": \"cp\" }",
            "commands[1].node",
            "no node 'cp'",
        ),
        (
            "\"node\": \"pc\" }",
            "\"node\": \"srv\" }",
            "commands[1].node",
            "not a client",
        ),
        (
            ", \"node\": \"pc\" }",
            " }",
            "commands[1]",
            "must name a node",
        ),
        (
            "\"node\": \"pc\" }",
            "\"node\": \"pc\", \"link\": [\"pc\", \"sw\"] }",
            "commands[1].link",
            "names a node",
        ),
        (
            ", \"link\": [\"sw\", \"pc\"]",
            "",
            "commands[0]",
            "must name a link",
        ),
        (
            "\"link\": [\"sw\", \"pc\"]",
            "\"link\": [\"srv\", \"pc\"]",
            "commands[0].link",
            "no cable between srv and pc",
        ),
        (
            "\"link\": [\"sw\", \"pc\"]",
            "\"link\": [\"sw\", \"cp\"]",
            "commands[0].link",
            "no node 'cp'",
        ),
    ]);
}

#[test]
fn files_without_end_are_refused() {
    let deep = "[".repeat(100_000);
    assert!(Scenario::parse(&deep).is_err());
    let nodes = vec!["{ \"id\": \"n\", \"kind\": \"switch\" }"; 20_001].join(",");
    let text = format!(
        "{{\"version\":1,\"name\":\"n\",\"until\":\"1s\",\"nodes\":[{nodes}],\"links\":[]}}"
    );
    assert_eq!(Scenario::parse(&text).unwrap_err().path, "nodes");
}
