//! The two tables.

/// What CloudFormation may do, against something else.
pub struct SequenceTable {
    pub title: &'static str,
    pub columns: &'static [&'static str],
    pub rows: &'static [SequenceRow],
}

/// One thing that CloudFormation may do.
pub struct SequenceRow {
    pub operation: &'static str,
    /// Cells, with blanks between them; a comma stands between the rules of one cell.
    codes: &'static str,
}

impl SequenceRow {
    /// The rules of each cell.
    pub fn cells(&self) -> impl Iterator<Item = Vec<&'static str>> {
        self.codes.split_whitespace().map(|cell| cell.split(',').collect())
    }
}

const fn row(operation: &'static str, codes: &'static str) -> SequenceRow {
    SequenceRow { operation, codes }
}

#[rustfmt::skip]
pub const BY_GROUP: SequenceTable = SequenceTable {
    title: "What CloudFormation does, and what the node group is that it meets (the stack can be described). \"Theirs\" are updates by somebody \
        else; a failed group is CREATE_FAILED, a half deleted one DELETE_FAILED; \"earlier\" is of another release; \"untagged\" has lost \
        the function's tags; \"no template\" has lost its launch template, or that its tags; \"newer\" runs a newer version than the \
        template states.",
    columns: &["absent", "creating", "active", "our update", "theirs", "degraded", "failed", "deleting", "half deleted", "foreign", "retained",
        "earlier", "untagged", "no template", "newer"],
    rows: &[
        row("Create", "C1 C2,C3 C2,C3 C2,C3 C2,C3 C4,C3 C5,C3 C7,C8 C3 C6 C3 V1 C6 N1 N2"),
        row("update in place", "U1 U2 U3 U4 U5 U6 U7 U8 U9 X1 N3 V2 X1 T1,T2 U10"),
        row("update that replaces: the current group", "R1 R2 R2 R2 R2 R2 R2 R2 R2 X1 N3 R2,V2 X1 R2 R2"),
        row("update that replaces: the new name", "R3 R4 R4 U5 U5 R4 R5 R4 U9 R6 R7 V1 R6 N4 N2"),
        row("rollback of a Create (a Delete)", "D1 D2 D3 D4 D4 D3 D3 D5 D6 D7 D8 V3 D7 D9 D3"),
        row("rollback of an update in place", "B1 U2 B2 U5 U5 B3 U7 U8 B14 X1 B4 V2 X1 T1,B16 U10"),
        row("rollback of a replacement that failed: what it has left", "B5 B6 B6 D4 D4 B6 B6 D5 B7 S1 B8 V1 S1 D9 B6"),
        row("rollback of a replacement that went well: the replaced group", "B9 U2 B10 U5 U5 B11 B11 B9 B14 B15 B4 B10,V2 B15 B12,B17 B10,U10"),
        row("cleanup after a replacement", "D1 D2 D3,S3 D4 D4 D3 D3 D5 D6 D7 N5 V2 D7 D9 D3"),
        row("Delete", "D1,S2 D2 D3,S2 D4 D4 D3 D3 D5 D6 D7 N5 V2 D7 D9 D3"),
        row("`UpdateReplacePolicy: Retain`, and an update that derives the retained group's name", "R3 P1 P1 P1 P1 P1 P1 P1 P1 R6 P1 P1 R6 P1 P1"),
        row("`DeletionPolicy: Retain`, and the resource is added again", "C1 C3 C3 C3 C3 C3 C3 C8 C3 C6 C3,N5 C3 C6 C3 C3"),
        row("`RetainExceptOnCreate`: the Create fails, else as `Retain`", "D1 D2 D3 D4 D4 D3 D3 D5 D6 D7 N5 V3 D7 D9 D3"),
        row("`--disable-rollback`: a Create is tried again", "C1 D2 K2 D4 D4 K2 K2 D5 D6 C6 C3 V3 C6 D9 D3"),
        row("`--disable-rollback`: a replacement is tried again", "R3 R4 R4 U5 U5 R4 R5 R4 U9 R6 R7 V1 R6 N4 N2"),
        row("`--disable-rollback`: forward to something else, and what is left", "S4 S2 S2 D4 D4 S2 S2 D5 B7 S1 S1,R7 V1 S1 D9 S2"),
        row("`--disable-rollback`: RollbackStack to a group of before", "B9 U2 B10,B13 U5 U5 B11 B11 B9 B14 B15 B4 B10,V2 B15 B12,B17 B10,U10"),
        row("continue-update-rollback with a skip, and the next update", "U1 U2 K1 U4 U5 U6 U7 U8 U9 X1 N3 V2 X1 T1,T2 U10"),
        row("cancel", "L1 L1 L1 L1 L1 L1 L1 L1 L1 L1 L1 L1 L1 L1 L1"),
        row("a rollback trigger goes off", "E1 E1 E1 E1 E1 E1 E1 E1 E1 E1 E1 E1 E1 E1 E1"),
        row("Express mode", "E2 E2 E2 E2 E2 E2 E2 E2 E2 E2 E2 E2 E2 E2 E2"),
        row("a nested stack", "E3 E3 E3 E3 E3 E3 E3 E3 E3 E3 E3 E3 E3 E3 E3"),
        row("stack refactoring, or an import into another stack", "R1 X1 X1 X1 X1 X1 X1 X1 X1 X1 X1 X1 X1 X1 X1"),
        row("the resource is removed and added again, and the Delete failed", "C1 C3 C3 C3 C3 C3 C3 C8 C3 C6 C3 C3 C6 C3 C3"),
        row("another ServiceToken", "E4 E4 E4 E4 E4 E4 E4 E4 E4 E4 E4 E4 E4 E4 E4"),
        row("the function is upgraded meanwhile", "V1 V1 V1,V2 V1 V1 V1,V2 V1 V1 V1 V1 V1,V2 V2 V1 V1 V1,V2"),
        row("the function is deleted meanwhile", "E5 E5 E5 E5 E5 E5 E5 E5 E5 E5 E5 E5 E5 E5 E5"),
    ],
};

#[rustfmt::skip]
pub const BY_KNOWLEDGE: SequenceTable = SequenceTable {
    title: "What CloudFormation does, and what the function may know (the group is as the operation expects it). \"Denied\" is a stack that the \
        function may not describe; \"foreign\" is a stack of another account; \"late\" is a request that is taken up when its stack does something else \
        by now; \"twice\" are two deliveries of a request; \"crash\" is a delivery that dies between any two calls.",
    columns: &["stack seen", "denied", "foreign", "late", "twice", "crash"],
    rows: &[
        row("Create", "C1 Q1 Q1 L2 W1 Y1"),
        row("update in place", "U3 Q2 Q2 L3 W2 Y2"),
        row("update that replaces", "R3 Q3 Q3 L3 W3 Y3"),
        row("rollback of a Create (a Delete)", "D3 D8 D8 L4 W4 Y4"),
        row("rollback of an update in place", "B2 Q4 Q4 L5 W5 Y5"),
        row("rollback of a replacement that failed", "B6 Q5 Q5 L5 W5 Y5"),
        row("rollback of a replacement that went well", "B10 Q7 Q7 L5 W5 Y5"),
        row("cleanup after a replacement", "D3 Q6 Q6 L4 W4 Y4"),
        row("Delete", "D3 Q6 Q6 L4 W4 Y4"),
        row("`UpdateReplacePolicy: Retain`, and an update that derives the retained group's name", "P1 R7 R7 L3 W3 Y3"),
        row("`DeletionPolicy: Retain`, and the resource is added again", "C3 C3 C3 L2 W1 Y1"),
        row("`RetainExceptOnCreate`: the Create fails, else as `Retain`", "D3 D8 D8 L4 W4 Y4"),
        row("`--disable-rollback`: a Create is tried again", "K2 Q1 Q1 L2 W1 Y1,O7"),
        row("`--disable-rollback`: a replacement is tried again", "R4 Q3 Q3 L3 W3 Y3"),
        row("`--disable-rollback`: forward to something else, and what is left", "S2 Q5 Q5 L3 W3 Y3"),
        row("`--disable-rollback`: RollbackStack to a group of before", "B10,B13 Q7 Q7 L5 W5 Y5"),
        row("continue-update-rollback with a skip, and the next update", "K1 Q2 Q2 L3 W2 Y2"),
        row("cancel", "L1 L6 L7 L3 W5 Y1,Y5"),
        row("a rollback trigger goes off", "E1 Q4,Q7 Q4,Q7 L5 W5 Y5"),
        row("Express mode", "E2 Q1,Q2 Q1,Q2 L2,L3 W1,W2 Y1,Y2"),
        row("a nested stack", "E3 Q1,Q2 Q1,Q2 L2,L3 W1,W2 Y1,Y2"),
        row("stack refactoring, or an import into another stack", "X1 X1 X1 L3 W2 Y2"),
        row("the resource is removed and added again, and the Delete failed", "C3 C3 C3 L2 W1 Y1"),
        row("another ServiceToken", "E4 E4 E4 E4 E4 E4"),
        row("the function is upgraded meanwhile", "V1 V1 V1 L3 W2 V1"),
        row("the function is deleted meanwhile", "E5 E5 E5 E5 E5 E5"),
    ],
};
