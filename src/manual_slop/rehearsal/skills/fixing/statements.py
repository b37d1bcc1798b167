"""Works out Python functions by reading them, statement by statement, and whether a test holds. Nothing is executed."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from manual_slop.rehearsal.skills.fixing.bounds import Budget, CannotTell
from manual_slop.rehearsal.skills.fixing.expressions import Expressions, Function, Raised, Scope
from manual_slop.rehearsal.skills.fixing.modules import Module, file_of

Verdict = Literal["passes", "fails", "unknown"]

_DEEPEST = 30
_MOST_LOOPS = 2_000
_SELF_EQUAL: Mapping[str, type[ast.cmpop]] = {
    "assertEqual": ast.Eq,
    "assertNotEqual": ast.NotEq,
    "assertIn": ast.In,
    "assertIs": ast.Is,
}


class _Returned(Exception):
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class _LoopLeft(Exception):
    pass


class _LoopGoesOn(Exception):
    pass


class Interpreter(Expressions):
    """Works out the functions of some modules (by path)."""

    def __init__(self, modules: Mapping[str, Module], budget: Budget) -> None:
        super().__init__(budget)
        self._modules = modules
        self._depth = 0

    def verdict(self, test: ast.FunctionDef, home: Module) -> Verdict:
        """Whether a test would pass, with each set of its parameters, as far as reading can tell."""
        try:
            for names in self._parameter_sets(test, home):
                self.budget.fresh()
                self._depth = 0
                self.run(test.body, Scope(home, names))
        except (_Returned, _LoopLeft, _LoopGoesOn):
            return "passes"
        except Raised:
            return "fails"
        except (CannotTell, RecursionError):
            return "unknown"
        return "passes"

    def call(self, function: Function, positional: list[Any], named: dict[str, Any]) -> Any:
        """What a function of the project returns. Raises: CannotTell, Raised."""
        node = function.node
        if node.decorator_list or node.args.vararg or node.args.kwarg or _yields(node) or self._depth >= _DEEPEST:
            raise CannotTell("this function is not worked out")
        scope = Scope(function.home, self._bound(function, positional, named))
        self._depth += 1
        try:
            self.run(node.body, scope)
        except _Returned as returned:
            return returned.value
        finally:
            self._depth -= 1
        return None

    def name(self, name: str, scope: Scope) -> Any:
        """What a name that is not local means: a function, a constant, or a module that is known."""
        home = scope.home
        if name in home.functions:
            return Function(home.functions[name], home)
        if name in home.constants:
            return self.value(home.constants[name], Scope(home, {}))
        if name in home.imports:
            return self._imported(*home.imports[name])
        everything = home.imports.get("*")
        path = file_of(everything[0], self._modules) if everything else None
        if path is not None and name in self._modules[path].bound:
            return self.name(name, Scope(self._modules[path], {}))
        if name in home.bound or everything or hasattr(builtins, name):
            raise CannotTell(f"what {name} is cannot be told by reading")
        raise Raised("NameError")

    def run(self, body: Sequence[ast.stmt], scope: Scope) -> None:
        """Work out statements. Raises: CannotTell, Raised, and what ends a function or a loop."""
        for node in body:
            self.budget.spend()
            work = getattr(self, f"_do_{type(node).__name__.lower()}", None)
            if work is None:
                raise CannotTell(f"{type(node).__name__} is not worked out")
            work(node, scope)

    def _imported(self, dotted: str, part: str) -> Any:
        whole = file_of(f"{dotted}.{part}" if part else dotted, self._modules)
        if whole is not None:
            return self._modules[whole]
        path = file_of(dotted, self._modules)
        if path is None:
            raise CannotTell(f"{dotted} is not known")
        return self.name(part, Scope(self._modules[path], {}))

    def _bound(self, function: Function, positional: list[Any], named: dict[str, Any]) -> dict[str, Any]:
        given = function.node.args
        names = [each.arg for each in (*given.posonlyargs, *given.args)]
        defaults = names[len(names) - len(given.defaults) :]
        bound = dict(zip(names, positional, strict=False)) | named
        for name, default in [*zip(defaults, given.defaults, strict=True), *_keyword_defaults(given)]:
            if name not in bound:
                bound[name] = self.value(default, Scope(function.home, {}))
        wanted = {*names, *(each.arg for each in given.kwonlyargs)}
        if bound.keys() != wanted or len(positional) > len(names):
            raise Raised("TypeError")
        return bound

    def _do_expr(self, node: ast.Expr, scope: Scope) -> None:
        if not isinstance(node.value, ast.Constant) and not self._is_assertion(node.value, scope):
            self.value(node.value, scope)

    def _do_assign(self, node: ast.Assign, scope: Scope) -> None:
        value = self.value(node.value, scope)
        for target in node.targets:
            self.assign(target, value, scope)

    def _do_annassign(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value:
            self.assign(node.target, self.value(node.value, scope), scope)

    def _do_augassign(self, node: ast.AugAssign, scope: Scope) -> None:
        if not isinstance(node.target, ast.Name | ast.Subscript):
            raise CannotTell("an attribute is changed")
        before = ast.copy_location(ast.parse(ast.unparse(node.target), mode="eval").body, node)
        self.assign(
            node.target, self.combined(node.op, self.value(before, scope), self.value(node.value, scope)), scope
        )

    def _do_return(self, node: ast.Return, scope: Scope) -> None:
        raise _Returned(self.value(node.value, scope) if node.value else None)

    def _do_if(self, node: ast.If, scope: Scope) -> None:
        self.run(node.body if self.value(node.test, scope) else node.orelse, scope)

    def _do_for(self, node: ast.For, scope: Scope) -> None:
        for item in self.items(self.value(node.iter, scope)):
            self.assign(node.target, item, scope)
            if self._leaves(node.body, scope):
                return
        self.run(node.orelse, scope)

    def _do_while(self, node: ast.While, scope: Scope) -> None:
        for _ in range(_MOST_LOOPS):
            if not self.value(node.test, scope):
                return self.run(node.orelse, scope)
            if self._leaves(node.body, scope):
                return None
        raise CannotTell("a loop that may not end")

    def _leaves(self, body: Sequence[ast.stmt], scope: Scope) -> bool:
        try:
            self.run(body, scope)
        except _LoopLeft:
            return True
        except _LoopGoesOn:
            pass
        return False

    def _do_break(self, _node: ast.Break, _scope: Scope) -> None:
        raise _LoopLeft

    def _do_continue(self, _node: ast.Continue, _scope: Scope) -> None:
        raise _LoopGoesOn

    def _do_pass(self, _node: ast.Pass, _scope: Scope) -> None:
        return

    def _do_assert(self, node: ast.Assert, scope: Scope) -> None:
        if not self.value(node.test, scope):
            raise Raised("AssertionError")

    def _do_raise(self, node: ast.Raise, _scope: Scope) -> None:
        named = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if not isinstance(named, ast.Name):
            raise CannotTell("an unusual exception")
        raise Raised(named.id)

    def _do_with(self, node: ast.With, scope: Scope) -> None:
        """`with pytest.raises(…)` and its like; nothing else is worked out."""
        expected = _expected_exception(node)
        try:
            self.run(node.body, scope)
        except Raised as raised:
            if raised.name != expected:
                raise
            return
        raise Raised("AssertionError")

    def _is_assertion(self, node: ast.expr, scope: Scope) -> bool:
        """Holds one of unittest's assertions, where it is one. Raises: Raised when it does not hold."""
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name), args=[left, right, *_]) if (
                name in _SELF_EQUAL
            ):
                test: ast.expr = ast.Compare(left, [_SELF_EQUAL[name]()], [right])
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr="assertTrue"), args=[test, *_]):
                pass
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr="assertFalse"), args=[denied, *_]):
                test = ast.UnaryOp(ast.Not(), denied)
            case _:
                return False
        if not self.value(test, scope):
            raise Raised("AssertionError")
        return True

    def _parameter_sets(self, test: ast.FunctionDef, home: Module) -> Iterator[dict[str, Any]]:
        names = [each.arg for each in test.args.args if each.arg != "self"]
        if not names and not test.decorator_list:
            yield {}
            return
        match test.decorator_list:
            case [ast.Call(func=ast.Attribute(attr="parametrize"), args=[listed, values])]:
                said = self.value(listed, Scope(home, {}))
                columns = [each.strip() for each in said.split(",")] if isinstance(said, str) else list(said)
                if sorted(columns) != sorted(names):
                    raise CannotTell("a fixture")
                for row in self.items(self.value(values, Scope(home, {}))):
                    yield dict(zip(columns, row if len(columns) > 1 else (row,), strict=False))
            case _:
                raise CannotTell("a fixture")


def _expected_exception(node: ast.With) -> str:
    match node.items:
        case [ast.withitem(context_expr=ast.Call(func=ast.Attribute(attr="raises" | "assertRaises"), args=[name]))]:
            if isinstance(name, ast.Name):
                return name.id
    raise CannotTell("a context manager")


def _keyword_defaults(given: ast.arguments) -> list[tuple[str, ast.expr]]:
    pairs = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    return [(each.arg, default) for each, default in pairs if default is not None]


def _yields(node: ast.FunctionDef) -> bool:
    return any(isinstance(each, ast.Yield | ast.YieldFrom | ast.Await) for each in ast.walk(node))
