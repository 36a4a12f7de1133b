//! Lies of the world, each of which looks like a mistake of the function: by them it is seen that a mistake would be.

/// What isn't true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fiction {
    #[default]
    None,
    /// After each answer another comes that says something else.
    SecondAnswer,
    /// Answers are taken and lost.
    LostAnswers,
    /// A FAILED Update names another physical id.
    ChangedId,
    /// Each Update is answered with a new physical id.
    NeedlessReplacement,
    /// What EC2 is to delete stays, and EC2 says that it is gone.
    DeafEc2,
    /// Somebody else's group is changed whenever one of ours is.
    ForeignChange,
    /// A line of the log holds a response URL.
    LoudLog,
    /// A rollback is answered with another group than that of before.
    WrongWayBack,
    /// What an Update has answered for is deleted.
    LostGroup,
    /// A retained group is changed whenever one of ours is.
    TouchedRetained,
    /// A retained group is deleted whenever one of ours is made.
    LostRetained,
    /// A Create is answered with a group that is retained.
    TakenOver,
    /// Each Update leaves another size.
    ResetSize,
    /// A request that comes again changes a group.
    SecondWork,
    /// What was denied once is an end of the request.
    Impatience,
    /// A group that could not be made stays, and each Update fails for it.
    LeftFailed,
    /// Each Update rolls the nodes.
    NeedlessRoll,
}
