"""Works out Python expressions by reading them: literals, operators, methods of plain values. Nothing is executed."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, ItemsView, Iterable, KeysView, Mapping, ValuesView
from dataclasses import dataclass
from typing import Any

from manual_slop.rehearsal.skills.fixing.bounds import Budget, CannotTell, check_power, check_product, weighed
from manual_slop.rehearsal.skills.fixing.modules import Module


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of the project, with the module whose names it sees."""

    node: ast.FunctionDef
    home: Module


@dataclass(slots=True)
class Scope:
    """The names of one running function."""

    home: Module
    names: dict[str, Any]


class Raised(Exception):
    """The code that is worked out raises an exception of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


_BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_, ast.BitXor: operator.xor, ast.LShift: operator.lshift, ast.RShift: operator.rshift,
}  # fmt: skip
_COMPARE: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda left, right: left in right, ast.NotIn: lambda left, right: left not in right,
}  # fmt: skip
_UNARY: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_, ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert,
}  # fmt: skip
_BUILTINS: Mapping[str, Callable[..., Any]] = {
    "len": len, "min": min, "max": max, "sum": sum, "abs": abs, "sorted": sorted, "range": range, "int": int,
    "str": str, "float": float, "bool": bool, "round": round, "any": any, "all": all, "list": list, "dict": dict,
    "set": set, "tuple": tuple, "divmod": divmod, "ord": ord, "chr": chr,
    "enumerate": lambda *given: list(enumerate(*given)), "zip": lambda *given: list(zip(*given, strict=False)),
    "reversed": lambda given: list(reversed(given)),
}  # fmt: skip
_METHOD_NAMES: Mapping[type, str] = {
    str: """upper lower title capitalize casefold swapcase strip lstrip rstrip split rsplit splitlines join startswith
        endswith replace find rfind index count isdigit isalpha isalnum isupper islower isspace removeprefix
        removesuffix partition rpartition""",
    list: "append extend insert pop remove index count reverse sort copy clear",
    dict: "get items keys values pop update setdefault copy clear",
    set: "add discard remove union intersection difference copy",
    tuple: "index count",
}
_METHODS: Mapping[type, frozenset[str]] = {kind: frozenset(names.split()) for kind, names in _METHOD_NAMES.items()}
_PLAIN: tuple[type, ...] = (str, int, float, list, tuple, dict, set, range, type(None))
_MOST_ITEMS = 5_000


class Expressions:
    """Works out expressions; what functions of the project do is the business of a class that knows statements."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """What an expression is worth. Raises: CannotTell, Raised."""
        self.budget.spend()
        work = getattr(self, f"_{type(node).__name__.lower()}", None)
        if work is None:
            raise CannotTell(f"{type(node).__name__} is not worked out")
        return self.guarded(lambda: work(node, scope))

    def guarded(self, work: Callable[[], Any]) -> Any:
        """What `work` gives, as long as it stays small; an exception of Python's own becomes one of the code's."""
        try:
            result = work()
        except (CannotTell, Raised):
            raise
        except RecursionError:
            raise CannotTell("it goes too deep") from None
        except Exception as error:  # noqa: BLE001 - the very errors the code under test would meet
            raise Raised(type(error).__name__) from None
        return weighed(list(result) if isinstance(result, KeysView | ValuesView | ItemsView) else result, self.budget)

    def call(self, function: Function, positional: list[Any], named: dict[str, Any]) -> Any:
        """What a function of the project returns."""
        raise NotImplementedError

    def name(self, name: str, scope: Scope) -> Any:
        """What a name means. Raises: CannotTell, Raised."""
        raise NotImplementedError

    def items(self, value: Any) -> list[Any]:
        """What a loop over it sees."""
        if not isinstance(value, str | list | tuple | dict | set | range):
            raise Raised("TypeError")
        if len(value) > _MOST_ITEMS:
            raise CannotTell("too many items")
        self.budget.spend(len(value))
        return list(value)

    def assign(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Give names their values."""
        match target:
            case ast.Name(id=name):
                scope.names[name] = value
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                values = self.items(value)
                if len(values) != len(targets):
                    raise Raised("ValueError")
                for each, one in zip(targets, values, strict=True):
                    self.assign(each, one, scope)
            case ast.Subscript(value=holder, slice=key):
                place, at = self.value(holder, scope), self.value(key, scope)
                self.guarded(lambda: operator.setitem(place, at, value))
                weighed(place, self.budget)
            case _:
                raise CannotTell("this target is not worked out")

    def combined(self, sign: ast.operator, left: Any, right: Any) -> Any:
        """Two values under an operator."""
        if isinstance(sign, ast.Mult):
            check_product(left, right)
        if isinstance(sign, ast.Pow | ast.LShift):
            check_power(left, right)
        if isinstance(sign, ast.Mod) and isinstance(left, str):
            raise CannotTell("formatting by % is not worked out")
        return self.guarded(lambda: _BINARY[type(sign)](left, right))

    def _constant(self, node: ast.Constant, _scope: Scope) -> Any:
        if not isinstance(node.value, _PLAIN):
            raise CannotTell("an unusual literal")
        return node.value

    def _name(self, node: ast.Name, scope: Scope) -> Any:
        return scope.names[node.id] if node.id in scope.names else self.name(node.id, scope)

    def _binop(self, node: ast.BinOp, scope: Scope) -> Any:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        return self.combined(node.op, left, right)

    def _unaryop(self, node: ast.UnaryOp, scope: Scope) -> Any:
        return _UNARY[type(node.op)](self.value(node.operand, scope))

    def _boolop(self, node: ast.BoolOp, scope: Scope) -> Any:
        value: Any = None
        for part in node.values:
            value = self.value(part, scope)
            if bool(value) is isinstance(node.op, ast.Or):
                break
        return value

    def _compare(self, node: ast.Compare, scope: Scope) -> bool:
        left = self.value(node.left, scope)
        for sign, part in zip(node.ops, node.comparators, strict=True):
            right = self.value(part, scope)
            if not _COMPARE[type(sign)](left, right):
                return False
            left = right
        return True

    def _ifexp(self, node: ast.IfExp, scope: Scope) -> Any:
        return self.value(node.body if self.value(node.test, scope) else node.orelse, scope)

    def _list(self, node: ast.List, scope: Scope) -> list[Any]:
        return [self.value(part, scope) for part in node.elts]

    def _tuple(self, node: ast.Tuple, scope: Scope) -> tuple[Any, ...]:
        return tuple(self.value(part, scope) for part in node.elts)

    def _set(self, node: ast.Set, scope: Scope) -> set[Any]:
        return {self.value(part, scope) for part in node.elts}

    def _dict(self, node: ast.Dict, scope: Scope) -> dict[Any, Any]:
        if None in node.keys:
            raise CannotTell("a dictionary within another")
        return {self.value(key, scope): self.value(value, scope) for key, value in _pairs(node)}

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        return self.value(node.value, scope)[self.value(node.slice, scope)]

    def _slice(self, node: ast.Slice, scope: Scope) -> slice:
        return slice(*(self.value(part, scope) if part else None for part in (node.lower, node.upper, node.step)))

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope) -> str:
        return "".join(self.value(part, scope) for part in node.values)

    def _formattedvalue(self, node: ast.FormattedValue, scope: Scope) -> str:
        if node.conversion != -1:
            raise CannotTell("a conversion is not worked out")
        form = self.value(node.format_spec, scope) if node.format_spec else ""
        if sum(character.isdigit() for character in form) > 3:
            raise CannotTell("the format is too wide")
        return format(self.value(node.value, scope), form)

    def _listcomp(self, node: ast.ListComp, scope: Scope) -> list[Any]:
        return list(self._comprehended(node.elt, node.generators, scope))

    def _generatorexp(self, node: ast.GeneratorExp, scope: Scope) -> list[Any]:
        return list(self._comprehended(node.elt, node.generators, scope))

    def _setcomp(self, node: ast.SetComp, scope: Scope) -> set[Any]:
        return set(self._comprehended(node.elt, node.generators, scope))

    def _dictcomp(self, node: ast.DictComp, scope: Scope) -> dict[Any, Any]:
        pair = ast.Tuple([node.key, node.value], ast.Load())
        return dict(self._comprehended(pair, node.generators, scope))

    def _comprehended(self, element: ast.expr, loops: list[ast.comprehension], scope: Scope) -> Iterable[Any]:
        inner = Scope(scope.home, dict(scope.names))
        return self._looped(element, loops, inner)

    def _looped(self, element: ast.expr, loops: list[ast.comprehension], scope: Scope) -> list[Any]:
        if not loops:
            return [self.value(element, scope)]
        loop, found = loops[0], []
        for item in self.items(self.value(loop.iter, scope)):
            self.assign(loop.target, item, scope)
            if all(self.value(test, scope) for test in loop.ifs):
                found += self._looped(element, loops[1:], scope)
        return found

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        if any(isinstance(given, ast.Starred) for given in node.args) or any(not word.arg for word in node.keywords):
            raise CannotTell("unpacked arguments")
        positional = [self.value(given, scope) for given in node.args]
        named = {word.arg: self.value(word.value, scope) for word in node.keywords if word.arg}
        if isinstance(node.func, ast.Attribute):
            return self._method(node.func, positional, named, scope)
        if isinstance(node.func, ast.Name) and node.func.id in _BUILTINS and self._is_builtin(node.func.id, scope):
            return self._builtin(_BUILTINS[node.func.id], positional, named)
        function = self.value(node.func, scope)
        if not isinstance(function, Function):
            raise CannotTell("this call is not worked out")
        return self.call(function, positional, named)

    def _is_builtin(self, name: str, scope: Scope) -> bool:
        home = scope.home
        return not any(name in names for names in (scope.names, home.functions, home.constants, home.imports))

    def _builtin(self, function: Callable[..., Any], positional: list[Any], named: dict[str, Any]) -> Any:
        values = [*positional, *named.values()]
        if not all(isinstance(value, _PLAIN) for value in values):
            raise CannotTell("a function given to a function")
        if function is not range and function is not len:
            for value in values:
                if isinstance(value, range):
                    self.items(value)
        return function(*positional, **named)

    def _method(self, node: ast.Attribute, positional: list[Any], named: dict[str, Any], scope: Scope) -> Any:
        holder = self.value(node.value, scope)
        if isinstance(holder, Module):
            function = self.name(node.attr, Scope(holder, {}))
            if isinstance(function, Function):
                return self.call(function, positional, named)
        known = _METHODS.get(type(holder), frozenset())
        if node.attr not in known or not all(isinstance(value, _PLAIN) for value in [*positional, *named.values()]):
            if type(holder) in _METHODS and not hasattr(holder, node.attr):
                raise Raised("AttributeError")
            raise CannotTell(f"the method {node.attr} is not worked out")
        if node.attr in ("replace", "join"):
            check_product(holder, max((len(value) for value in positional if isinstance(value, str | list)), default=0))
        result = getattr(holder, node.attr)(*positional, **named)
        weighed(holder, self.budget)
        return result


def _pairs(node: ast.Dict) -> Iterable[tuple[ast.expr, ast.expr]]:
    return ((key, value) for key, value in zip(node.keys, node.values, strict=True) if key is not None)
