//! The books: which registers there are, how many lines they have and where their numbers stand.
//!
//! Replaces the covers of *sổ đăng ký văn bản đến* and *sổ đăng ký văn bản đi*. A book is a direction and a year; its
//! numbers begin at 1 on 1 January (article 15). Whoever is signed in may see the covers; the lines are the letters'.

pub mod http;
