"""The Subjects page: the list of a cohort's subjects, and the profile of one."""
