"""Calculate the sums that lessons, questions and feedback write out, for the tests that check them."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from fractions import Fraction

from tests.content.question_banks import Question, numbers

OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
NUMBER = {
    "fr": r"(?:\d{1,3}(?: \d{3})+(?!\d)|\d+(?:,\d+)?)",
    "en": r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?)",
}


def calculate(text: str, language: str) -> Fraction:
    """The value of a sum written as in a lesson, with its spaces, signs and currency."""
    bare = re.sub(r"[€£ ]", "", text)
    bare = bare.replace(",", ".") if language == "fr" else bare.replace(",", "")

    def walk(node: ast.expr) -> Fraction:
        match node:
            case ast.BinOp():
                return OPERATORS[type(node.op)](walk(node.left), walk(node.right))
            case ast.UnaryOp(op=ast.USub()):
                return -walk(node.operand)
            case ast.Constant():
                return Fraction(str(node.value))
            case _:
                raise AssertionError(ast.dump(node))

    return walk(ast.parse(bare.replace("−", "-").replace("×", "*").replace("÷", "/"), mode="eval").body)


def check_sums(text: str, language: str) -> int:
    """Assert that each "a × b = c" of a text is right, rounded as written; say how many there were."""
    number = NUMBER[language]
    term = rf"[−(]*{number}\)?"
    found = re.findall(rf"({term}(?: ?[+−×÷/] ?{term})+) = [€£]?({number})( ?%)?", text)
    for sum_written, shown, percent in found:
        result = calculate(sum_written, language) * (100 if percent and "÷" in sum_written else 1)
        decimals = len(shown.partition("," if language == "fr" else ".")[2])
        margin = Fraction(1, 2 * 10**decimals)
        (told,) = numbers(shown, language)
        assert abs(result - told) <= margin, f"{sum_written} = {shown}"
    return len(found)


def check_sum_named(answer: Question, language: str, *scales: int) -> None:
    """Assert that the sum by which a feedback explains a wrong answer gives that answer, or its percentage."""
    number = NUMBER[language]
    named = re.match(rf"(?:C'est|That is) (\(?{number}(?: [+−×÷] {number}\)?)+)", answer["feedback"][language])
    if named:
        result = calculate(named[1], language)
        assert any(abs(s * result - answer["value"]) <= answer["tolerance"]["absolute"] for s in scales), answer
