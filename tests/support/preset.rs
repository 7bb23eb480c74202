//! A preset of somebody's own, with as little in it as one needs.

/// As a preset file has it; 120 x 160 pixels, PNG.
pub const MINE: &str = r#"name = "mine"
title = "The door"
width = 120
height = 160
shape = "rectangle"
format = "png"

[framing]
head_height = 0.5
max_head_height = 0.6
eye_line = 0.4
headroom = 0.03
max_roll = 20
"#;
