use mail_parser::PartType;

use super::*;

/// Media type and body of each part, as a reader that isn't this code's sees them.
fn seen(document: &str) -> Vec<(String, String)> {
    let message = MessageParser::new().parse(document).unwrap();
    let leaves = message
        .parts
        .iter()
        .filter(|part| !matches!(part.body, PartType::Multipart(_)));
    leaves
        .map(|part| {
            let declared = part.content_type().unwrap();
            let media_type = format!("{}/{}", declared.c_type, declared.subtype().unwrap());
            (media_type, part.text_contents().unwrap().to_owned())
        })
        .collect()
}

#[track_caller]
fn check(own: &str, expected: &[(&str, &str)]) {
    let document = document(&parts(own).unwrap()).unwrap().unwrap();
    let head = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"managed-node-group";
    assert!(document.starts_with(head), "{document}");
    assert!(!document.contains('\r'), "{document}");
    let expected: Vec<_> = expected
        .iter()
        .map(|(kind, body)| ((*kind).to_owned(), (*body).to_owned()))
        .collect();
    assert_eq!(seen(&document), expected, "{document}");
}

#[test]
fn the_kind_of_a_text_is_told_by_its_beginning() {
    for (own, media_type) in [
        ("#!/usr/bin/env python3\nprint()\n", SHELL),
        ("#cloud-config\npackages: [jq]\n", "text/cloud-config"),
        ("#cloud-config-archive\n- x\n", "text/cloud-config-archive"),
        ("#cloud-boothook\ntrue\n", "text/cloud-boothook"),
        ("## template: jinja\n#cloud-config\n", "text/jinja2"),
        ("apiVersion: v1\n", NODE_CONFIG),
        ("# ours\n\n---\n  kind: NodeConfig\n", NODE_CONFIG),
    ] {
        check(own, &[(media_type, own)]);
    }
    for commands in [
        "echo hi\n",
        "# kind: x\n",
        "cat > x <<E\napiVersion: v1\nE\n",
        "kindly\n",
    ] {
        check(commands, &[(SHELL, &format!("#!/bin/bash\n{commands}"))]);
    }
}

#[test]
fn a_document_of_the_users_is_carried_over() {
    let one = "Content-Type: Text/X-ShellScript\n\n#!/bin/sh\ntrue\n";
    check(one, &[(SHELL, "#!/bin/sh\ntrue\n")]);
    let preamble =
        "mime-version: 1.0\ncontent-type: multipart/mixed; boundary=b\n\npassed over\n--b\n\nhi\n--b--\nand this\n";
    check(preamble, &[("text/plain", "hi\n")]);
    let encoded = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/x-shellscript\n\
                   Content-Transfer-Encoding: quoted-printable\n\n#!/bin/sh\necho =C3=A9\n--b--\n";
    check(encoded, &[(SHELL, "#!/bin/sh\necho é\n")]);
}

#[test]
fn headers_of_the_users_stay() {
    let own = "Content-Type: text/cloud-config; charset=utf-8\nMerge-Type: list(append)+\n dict(recurse_array)\nX-Y: z\n\n#cloud-config\n";
    let document = document(&parts(own).unwrap()).unwrap().unwrap();
    let headers = "Content-Type: text/cloud-config; charset=\"us-ascii\"\nContent-Transfer-Encoding: 7bit\n\
                   Merge-Type: list(append)+ dict(recurse_array)\nX-Y: z\n\n";
    assert!(document.contains(headers), "{document}");
}

#[test]
fn no_text_breaks_out_of_its_part() {
    check(
        "#!/bin/sh\necho '\n--managed-node-group--\n'\n",
        &[(SHELL, "#!/bin/sh\necho '\n--managed-node-group--\n'\n")],
    );
    let long = format!("#!/bin/sh\necho '{}'\n", "é €=.\t ".repeat(40));
    check(&long, &[(SHELL, &long)]);
    let windows_lines = "#!/bin/sh\r\necho é  \r\n\r\n.\r\n";
    check(windows_lines, &[(SHELL, "#!/bin/sh\necho é  \n\n.\n")]);
}

/// Readers take a bare one for the end of a line, or leave it out.
#[test]
fn a_cr_within_a_line_stays_there() {
    for (own, expected) in [
        ("#!/bin/sh\nprintf 'a\rb = c'\n", "#!/bin/sh\nprintf 'a\rb = c'\n"),
        ("#!/bin/sh\r\nprintf 'é\r'\r\n", "#!/bin/sh\nprintf 'é\r'\n"),
        ("#!/bin/sh\r\r\ntrue\r\r\n", "#!/bin/sh\ntrue\n"),
    ] {
        check(own, &[(SHELL, expected)]);
    }
}

#[test]
fn a_header_that_is_carried_over_is_one_line() {
    for own in [
        "Content-Type: text/cloud-config\nMerge-Type: list(append)\r dict()\n\n#cloud-config\nx: 1\n",
        "Content-Type: text/cloud-config\r\nMerge-Type: list(append)\r\n dict()\r\n\r\n#cloud-config\r\nx: 1\r\n",
    ] {
        check(own, &[("text/cloud-config", "#cloud-config\nx: 1\n")]);
        let document = document(&parts(own).unwrap()).unwrap().unwrap();
        assert!(document.contains("\nMerge-Type: list(append) dict()\n"), "{document}");
    }
}
