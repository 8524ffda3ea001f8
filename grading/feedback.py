"""One page a student and notebook, with points, comments and what the checks said: nbgrader's feedback."""

from traitlets.config import Config

from grading.course import Course, why


def feedback(course: Course) -> tuple[int, dict[tuple[str, str], str]]:
    """Write all pages to feedback/ → how many, and why some are missing.

    Pages are made of autograded notebooks, which hold released text, the learner's text, outputs and
    comments. Rubrics are in none of them (they live in solutions/).
    """
    config = Config()
    config.CourseDirectory.ignore = ["*"]  # copies nothing else: files that a notebook wrote stay behind
    failures, pages = {}, 0
    for student, assignment in course.submissions():
        if not (course.autograded / student / assignment).is_dir():
            failures[student, assignment] = "not graded yet: run autograde"
            continue
        result = course.api(config).generate_feedback(assignment, student)
        if result["success"]:
            pages += 1
        else:
            failures[student, assignment] = why(result)
    return pages, failures
