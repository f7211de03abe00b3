"""What is typed: commands for operators. Tables for people, `--json` for programs, exit codes that stay the same."""
