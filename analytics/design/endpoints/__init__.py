"""What designs of binary and of continuous endpoints share: power with looks, enrolment, looks."""
