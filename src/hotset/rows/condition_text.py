"""The text of a condition in Spark's SQL, as a tree: exactly the part of Spark's grammar that is translated.

sqlglot's parser is not used. It takes texts that Spark refuses (`a IS NULL = b`, `a IN ()`), reads `'it''s'` as `its`,
and turns CAST into TRY_CAST and `a / b` into `a / NULLIF(b, 0)`, so that what fails in Spark would be null. So this
follows `SqlBaseParser.g4` of Spark 4.3 rule by rule, and any token or word that is not in it is NotPortable.
"""

from dataclasses import dataclass
from typing import Any

from hotset.rows.condition_tokens import Reader, read_number, split_tokens
from hotset.rows.condition_types import (
    BOOLEAN,
    DATE,
    NTZ,
    STRING,
    TIMESTAMP,
    VOID,
    NotPortable,
    Type,
    literal,
    parse_instant,
    parse_type,
)

COMPARISONS = {"=": "=", "==": "=", "!=": "<>", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "<=>": "<=>"}
# words that mean something in an expression, so that a column of that name has to stand in back-ticks
WORDS = frozenset(
    """all and any anti array as asc at between binary both by case cast collate cross current_catalog current_database
    current_date current_schema current_time current_timestamp current_user default desc distinct div else end escape
    except exists extract false filter for from full group having ilike in inner intersect interval into is join
    lambda lateral leading like limit localtime localtimestamp map minus natural not now null nulls on or order outer
    over overlay position regexp rlike row select semi session_user similar some struct table then to trailing trim
    true try_cast union unique unknown user using values when where window with within""".split()  # noqa: SIM905 (a hundred words)
)
DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Node:
    """One operation: its name, its operands, and a literal, a name, a type or an operator."""

    kind: str
    args: tuple["Node", ...] = ()
    value: Any = None


@dataclass(slots=True)
class Parser(Reader):
    """Spark's grammar of expressions, a method per rule. Raises NotPortable where a text leaves it."""

    depth: int = 0

    def read(self) -> Node:
        node = self.expression()
        if self.token.kind != "end":
            raise NotPortable(f"{self.token.text!r} after the expression")
        return node

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotPortable(f"more than {DEEPEST} levels of parentheses")
        operands = [self.conjunction()]
        while self.take("or"):
            operands.append(self.conjunction())
        self.depth -= 1
        return Node("or", tuple(operands)) if len(operands) > 1 else operands[0]

    def conjunction(self) -> Node:
        operands = [self.negation()]
        while self.take("and"):
            operands.append(self.negation())
        return Node("and", tuple(operands)) if len(operands) > 1 else operands[0]

    def negation(self) -> Node:
        times = 0
        while self.take("not") or self.take("!"):
            times += 1
        node = self.predicate()
        for _ in range(min(times, DEEPEST)):
            node = Node("not", (node,))
        if times > DEEPEST:
            raise NotPortable("too many NOT")
        return node

    def predicate(self) -> Node:
        value = self.value()
        if self.take("is"):
            negated = self.take("not")
            return self.negate(negated, self.after_is(value))
        negated = self.take("not")
        if self.take("between"):
            low = self.value()
            self.need("and")
            return self.negate(negated, Node("between", (value, low, self.value())))
        if self.take("in"):
            self.need("(")
            return self.negate(negated, Node("in", (value, *self.listed())))
        if self.take("like"):
            return self.negate(negated, self.after_like(value))
        if self.take("rlike") or self.take("regexp"):
            return self.negate(negated, Node("rlike", (value, self.value())))
        if negated:
            raise NotPortable(f"{self.token.text!r} after NOT")
        return value

    @staticmethod
    def negate(negated: bool, node: Node) -> Node:
        return Node("not", (node,)) if negated else node

    def after_is(self, value: Node) -> Node:
        if self.take("null"):
            return Node("is null", (value,))
        if self.take("distinct", "from"):
            return Node("not", (Node("compare", (value, self.value()), "<=>"),))
        for word in ("true", "false"):
            if self.take(word):
                return Node("is", (value,), word == "true")
        raise NotPortable(f"{self.token.text!r} after IS")

    def after_like(self, value: Node) -> Node:
        pattern = self.value()
        if not self.take("escape"):
            return Node("like", (value, pattern), "\\")
        escape = self.string()
        if escape is None or len(escape) != 1:
            raise NotPortable("an ESCAPE that is not one character")
        return Node("like", (value, pattern), escape)

    def listed(self) -> list[Node]:
        """Expressions up to the closing parenthesis, one at least."""
        found = [self.expression()]
        while self.take(","):
            found.append(self.expression())
        self.need(")")
        return found

    def value(self) -> Node:
        node = self.sum()
        while self.token.word in COMPARISONS:
            operator = COMPARISONS[self.token.word]
            self.at += 1
            node = Node("compare", (node, self.sum()), operator)
        return node

    def sum(self) -> Node:
        node = self.product()
        while self.token.word in ("+", "-", "||"):
            operator = self.token.word
            self.at += 1
            other = self.product()
            node = Node("concat" if operator == "||" else "arithmetic", (node, other), operator)
        return node

    def product(self) -> Node:
        node = self.signed()
        while self.token.word in ("*", "/", "%", "div"):
            operator = self.token.word
            self.at += 1
            node = Node("arithmetic", (node, self.signed()), operator)
        return node

    def signed(self) -> Node:
        signs = []
        while self.token.word in ("+", "-"):
            signs.append(self.token.word)
            self.at += 1
        if signs and signs[-1] == "-" and self.token.kind == "number":
            signs.pop()
            node = self.number(negative=True)
        else:
            node = self.primary()
        if len(signs) > DEEPEST:
            raise NotPortable("too many signs")
        for sign in reversed(signs):
            node = Node("minus" if sign == "-" else "plus", (node,))
        return node

    def number(self, negative: bool = False) -> Node:
        self.at += 1
        return Node("literal", value=read_number(self.tokens[self.at - 1].text, negative))

    def primary(self) -> Node:
        if self.token.kind == "number":
            return self.number()
        text = self.string()
        if text is not None:
            return Node("literal", value=literal(text, STRING))
        if self.take("("):
            node = self.expression()
            self.need(")")
            return node
        if self.token.kind == "quoted":
            self.at += 1
            return Node("column", value=self.tokens[self.at - 1].text[1:-1].replace("``", "`"))
        return self.named()

    def named(self) -> Node:
        for word, value in (("true", True), ("false", False), ("null", None)):
            if self.take(word):
                return Node("literal", value=literal(value, VOID if value is None else BOOLEAN))
        if self.take("case"):
            return self.case()
        token, word = self.token, self.token.word
        following = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        if token.kind == "name" and following.text == "(" and following.kind == "operator":
            return self.call(word)
        if token.kind != "name" or word in WORDS:
            raise NotPortable(f"{token.text or 'the end'!r} where a value is looked for")
        self.at += 1
        if self.token.kind in ("string", "raw"):
            return self.instant(word)
        return Node("column", value=token.text)

    def instant(self, word: str) -> Node:
        kind = {"date": DATE, "timestamp": TIMESTAMP, "timestamp_ntz": NTZ}.get(word)
        text = self.string()
        if kind is None or text is None:
            raise NotPortable(f"a literal of the kind {word.upper()} '…'")
        return Node("instant", value=parse_instant(text, kind))

    def call(self, word: str) -> Node:
        self.at += 2
        if word in ("cast", "try_cast"):
            operand = self.expression()
            self.need("as")
            return Node(word, (operand,), self.type())
        if word in WORDS - {"trim", "position", "overlay", "now"}:
            raise NotPortable(f"{word.upper()} (…)")
        args = () if self.take(")") else tuple(self.listed())
        return Node("call", args, word)

    def type(self) -> Type:
        """The type before the closing parenthesis, which is read too."""
        text = ""
        while self.token.kind in ("name", "number") or self.token.text in ("(", ","):
            text += self.token.text
            self.at += 1
            if "(" in text and self.take(")"):
                text += ")"
                break
        self.need(")")
        kind = parse_type(text)
        if kind is None or text.lower().startswith("varchar"):
            raise NotPortable(f"a cast to {text}")
        return kind

    def case(self) -> Node:
        """CASE as a list: condition, value, condition, value, …, and the ELSE."""
        subject = None if self.token.word == "when" else self.expression()
        parts: list[Node] = []
        while self.take("when"):
            condition = self.expression()
            self.need("then")
            parts += [condition if subject is None else Node("compare", (subject, condition), "="), self.expression()]
        if not parts:
            raise NotPortable("CASE without WHEN")
        if self.take("else"):
            parts.append(self.expression())
        self.need("end")
        return Node("case", tuple(parts))


def parse_condition(text: str) -> Node:
    """The tree that Spark's parser makes of the text. Raises NotPortable for anything outside the part translated."""
    return Parser(split_tokens(text)).read()
