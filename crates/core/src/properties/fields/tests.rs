use super::*;
use crate::properties::table::{Exclusive, Object, TEXT};
use serde_json::json;

const INNER: Object = object(&[property("Deep", PropertyType::Whole(0..=i32::MAX))]);
const ROW: Object = object(&[property("Key", TEXT)]);
const KNOWN: &[Property] = &[
    property("Name", TEXT),
    property("Size", PropertyType::Whole(1..=9)),
    property("Enabled", PropertyType::Boolean),
    property("Kind", PropertyType::Word(&["SPOT", "ON_DEMAND"])),
    property("Items", ITEMS),
    property("Labels", TEXT),
    property("Inner", PropertyType::Object(&INNER)),
    property("Rows", PropertyType::Objects { of: &ROW, most: None }),
];

const ITEMS: PropertyType = PropertyType::Texts {
    least: 0,
    most: None,
    pattern: None,
    unique: false,
};

const fn property(name: &'static str, kind: PropertyType) -> Property {
    Property::new(name, kind, "")
}

const fn object(members: &'static [Property]) -> Object {
    Object {
        members,
        exclusive: Exclusive::None,
        documentation: "",
    }
}

#[track_caller]
fn check(properties: &Value, expected: &[&str]) {
    check_as(PropertySource::Request, properties, expected);
}

#[track_caller]
fn check_as(reading: PropertySource, properties: &Value, expected: &[&str]) {
    let mut found = Problems::new(reading);
    let mut fields = Fields::new(properties.as_object().unwrap(), KNOWN, &mut found);
    fields.required_text("Name");
    fields.integer("Size");
    fields.boolean("Enabled");
    fields.word("Kind");
    fields.texts("Items");
    fields.text_map("Labels");
    fields.object("Inner", |inner| inner.integer("Deep"));
    fields.objects("Rows", |row| row.text("Key"));
    fields.refuse_unknown();
    let found: Vec<String> = found.problems.iter().map(Problem::to_string).collect();
    assert_eq!(found, expected, "{properties}");
}

#[test]
fn scalars_are_taken_in_any_spelling() {
    check(
        &json!({"Name": 1, "Size": "3", "Enabled": "True", "Inner": {"Deep": "0"}, "Rows": [{"Key": true}]}),
        &[],
    );
    check(
        &json!({"Name": "n", "Size": 3, "Enabled": false, "Items": ["a", 1], "Labels": {"a": true}}),
        &[],
    );
}

#[test]
fn every_problem_is_told_with_its_path() {
    check(
        &json!({"Size": "ten", "Enabled": "yes", "Kind": "Spot", "Items": "a", "Labels": {"a": []}, "Inner": {"Deep": -1, "Depe": 1},
                "Rows": [{}, "x"], "Sise": 1, "Zzzzzzzzz": 1}),
        &[
            "Name: is required",
            "Size: expected a whole number from 1 to 9, got \"ten\"",
            "Enabled: expected true or false, got \"yes\"",
            "Kind: expected one of SPOT, ON_DEMAND, got \"Spot\"; did you mean SPOT?",
            "Items: expected a list, got text",
            "Labels.a: expected text, got a list",
            "Inner.Deep: expected a whole number at least 0, got \"-1\"",
            "Inner.Depe: unknown property; did you mean Deep?",
            "Rows[1]: expected an object, got text",
            "Sise: unknown property; did you mean Size?",
            "Zzzzzzzzz: unknown property; known are Enabled, Inner, Items, Kind, Labels, Name, Rows, Size",
        ],
    );
}

#[test]
fn what_is_near_enough_is_meant_and_what_is_empty_is_told() {
    check(
        &json!({"Name": "n", "Items": ["a", " "], "MaxSize": 1, "LeastSize": 1}),
        &[
            "Items[1]: expected text, got empty text",
            "MaxSize: unknown property; did you mean Size?",
            "LeastSize: unknown property; known are Enabled, Inner, Items, Kind, Labels, Name, Rows, Size",
        ],
    );
}

#[test]
fn what_a_template_does_not_tell_yet_is_taken_as_good() {
    let reference = json!({"Ref": "X"});
    let whole = json!({"Name": reference, "Size": reference, "Enabled": {"Fn::If": ["a", true, false]}, "Kind": reference,
        "Items": reference, "Labels": reference, "Inner": reference, "Rows": reference});
    check_as(PropertySource::Template, &whole, &[]);
    let parts = json!({"Name": "n", "Items": ["a", {"Fn::GetAtt": ["A", "B"]}], "Labels": {"a": {"Fn::Sub": "x"}},
        "Inner": {"Deep": {"Condition": "c"}}, "Rows": [reference, {"Key": reference}]});
    check_as(PropertySource::Template, &parts, &[]);
    let others =
        json!({"Name": {"Ref": "X", "More": 1}, "Items": [{"Fn": "x"}], "Inner": {"Deep": -1, "Fn::Sub": "x"}});
    let expected = [
        "Name: expected text, got an object",
        "Items[0]: expected text, got an object",
        "Inner.Deep: expected a whole number at least 0, got \"-1\"",
        "Inner.Fn::Sub: unknown property; known are Deep",
    ];
    check_as(PropertySource::Template, &others, &expected);
    let in_a_request =
        json!({"Name": "n", "Size": {"Ref": "X"}, "Items": [{"Ref": "X"}], "Labels": {"a": {"Ref": "X"}}});
    let expected = [
        "Size: expected text, got an object",
        "Items[0]: expected text, got an object",
        "Labels.a: expected text, got an object",
    ];
    check(&in_a_request, &expected);
}

#[test]
fn what_is_given_and_what_is_known_are_two_things() {
    const INNER: Object = object(&[property("Inner", TEXT)]);
    const KNOWN: &[Property] = &[
        property("Known", PropertyType::Object(&INNER)),
        property("Partly", PropertyType::Object(&INNER)),
        property("Unknown", PropertyType::Object(&INNER)),
    ];
    let properties =
        json!({"Known": {"Inner": 1}, "Partly": {"Inner": {"Ref": "X"}}, "Unknown": {"Ref": "X"}, "Bad": []});
    let mut found = Problems::new(PropertySource::Template);
    let mut fields = Fields::new(properties.as_object().unwrap(), KNOWN, &mut found);
    for key in ["Known", "Partly", "Unknown"] {
        fields.object(key, |inner| inner.text("Inner"));
    }
    fields.text("Bad");
    for (key, given, stands, known) in [
        ("Known", true, true, true),
        ("Known.Inner", false, false, true),
        ("Partly", true, true, false),
        ("Partly.Inner", false, false, false),
        ("Unknown", true, false, false),
        ("Unknown.Inner", false, false, false),
        ("Bad", true, true, false),
        ("Absent", false, false, true),
        ("Unknow", false, false, true),
    ] {
        assert_eq!(
            (fields.has(key), fields.stands(key), fields.knows(key)),
            (given, stands, known),
            "{key}"
        );
    }
}
