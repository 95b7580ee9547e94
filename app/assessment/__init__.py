"""Questions, quizzes, exams, attempts, grading."""
