"""Contexts: what belongs together for the length of a day, handed to compiled code as one address.

A named tuple of arrays would reach a compiled function as hundreds of arguments, and each function that it calls in
turn: they took most of the time of compilation, and of a call from Python. A context is laid out in memory instead, a
few words for each attribute; compiled code reads of it what it needs, where it needs it.
"""

from __future__ import annotations

import hashlib
import struct
from array import array
from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar, Self, dataclass_transform

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)
from numba.np.arrayobj import populate_array

WORD = 8  # bytes


@dataclass_transform(frozen_default=True)
class Context:
    """Base of contexts: attributes are declared by annotations; a change makes a new context, as of named tuples.

    An attribute is a whole number, a real one, a table or another array in one piece, a row of a table, or a context.
    """

    _fields: ClassVar[tuple[str, ...]]
    _layout: _Layout | None

    def __init_subclass__(cls) -> None:
        cls._fields = tuple(cls.__annotations__)

    def __init__(self, *values: Any, **named: Any) -> None:
        given = dict(zip(self._fields, values, strict=False), **named)
        if given.keys() != set(self._fields) or len(values) + len(named) != len(given):
            raise TypeError(f"{type(self).__name__}: expected {', '.join(self._fields)}")
        self.__dict__.update(given, _layout=None)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be set; expected _replace({name}=...)")

    def __iter__(self) -> Iterator[Any]:
        return (getattr(self, name) for name in self._fields)

    def _asdict(self) -> dict[str, Any]:
        """Attributes by name."""
        return {name: getattr(self, name) for name in self._fields}

    def _replace(self, **changes: Any) -> Self:
        """A copy, with some attributes replaced."""
        if not changes.keys() <= self.__dict__.keys():
            raise TypeError(f"{type(self).__name__}: expected {', '.join(self._fields)}")
        made = object.__new__(type(self))
        layout = self._layout.changed(changes, self.__dict__) if self._layout else None
        made.__dict__.update(self.__dict__, **changes)
        made.__dict__["_layout"] = layout
        return made

    def _laid_out(self) -> _Layout:
        layout = self._layout
        if layout is None:
            layout = self.__dict__["_layout"] = _Layout.of(self)
        return layout

    @property
    def _kind(self) -> ContextType:
        """What compiled code takes it for."""
        return self._laid_out().kind

    @property
    def _address(self) -> int:
        """Where compiled code finds it."""
        return self._laid_out().address


class _Layout:
    """A context in memory: what compiled code takes it for, and its words, which are never changed once they stand."""

    __slots__ = ("address", "kind", "words")

    def __init__(self, kind: ContextType, words: array[int]) -> None:
        self.kind, self.words = kind, words
        self.address = words.buffer_info()[0]

    @classmethod
    def of(cls, context: Context) -> _Layout:
        fields = {name: _type_of(getattr(context, name)) for name in context._fields}
        kind = _context_type(type(context).__name__, tuple(fields.items()))
        words = array("q", bytes(WORD * kind.words))
        for name, value in context._asdict().items():
            _write(value, words, kind.places[name])
        return cls(kind, words)

    def changed(self, changes: dict[str, Any], before: dict[str, Any]) -> _Layout | None:
        """The layout with some attributes replaced; None where compiled code would take one for something else."""
        words = self.words[:]
        for name, value in changes.items():
            if not _is_alike(value, before[name]):
                return None
            _write(value, words, self.kind.places[name])
        return _Layout(self.kind, words)


class ContextType(types.Type):
    """What compiled code takes a context for.

    Parameters
    ----------
    title
        Of the class.
    fields
        Type of each attribute.
    """

    def __init__(self, title: str, fields: tuple[tuple[str, types.Type], ...]) -> None:
        self.fields = dict(fields)
        self.places: dict[str, int] = {}  # first word of each attribute
        self.words = 0
        for name, kind in fields:
            self.places[name] = self.words
            self.words += 1 + kind.ndim if isinstance(kind, types.Array) else 1
        said = " ".join(f"{name}:{kind}" for name, kind in fields)
        # short, since it becomes a part of the name of each compiled function
        super().__init__(f"{title}_{hashlib.sha256(said.encode()).hexdigest()[:12]}")


_context_type = cache(ContextType)
_record_type = cache(numba.from_dtype)


@cache
def _array_type(dtype: np.dtype[Any], ndim: int) -> types.Array:
    return types.Array(_record_type(dtype), ndim, "C")


def _type_of(value: Any) -> types.Type:
    if isinstance(value, Context):
        return value._kind
    if isinstance(value, np.ndarray):
        if not value.flags.carray:
            raise TypeError("an array that is not in one piece, aligned and writeable")
        return _array_type(value.dtype, value.ndim)
    if isinstance(value, np.void):
        return _record_type(value.dtype)
    return types.float64 if isinstance(value, float) else types.int64


def _is_alike(value: Any, before: Any) -> bool:
    """Whether one value has surely the same type as another."""
    if isinstance(value, Context):
        return isinstance(before, Context) and value._kind is before._kind
    if isinstance(value, np.ndarray):
        same = isinstance(before, np.ndarray) and value.dtype == before.dtype and value.ndim == before.ndim
        return same and value.flags.carray
    if isinstance(value, np.void):
        return isinstance(before, np.void) and value.dtype == before.dtype
    return type(value) is type(before)


def _write(value: Any, words: array[int], place: int) -> None:
    if isinstance(value, np.ndarray):
        words[place] = value.ctypes.data
        for n in range(value.ndim):
            words[place + 1 + n] = value.shape[n]
    elif isinstance(value, Context):
        words[place] = value._laid_out().address
    elif isinstance(value, np.void):
        words[place] = np.frombuffer(value.data, np.uint8).ctypes.data
    else:
        words[place] = struct.unpack("q", struct.pack("d", value))[0] if isinstance(value, float) else value


@typeof_impl.register(Context)
def _typeof(value: Context, _: Any) -> types.Type:
    return value._kind


register_model(ContextType)(models.OpaqueModel)


@unbox(ContextType)
def _unbox(_: types.Type, value: Any, c: Any) -> NativeValue:
    number = c.pyapi.object_getattr_string(value, "_address")
    address = c.pyapi.long_as_voidptr(number)
    c.pyapi.decref(number)
    return NativeValue(address)


@infer_getattr
class _Attributes(AttributeTemplate):
    key = ContextType

    def generic_resolve(self, typ: ContextType, attr: str) -> Any:  # type: ignore[override]
        return typ.fields.get(attr)


@lower_getattr_generic(ContextType)
def _read(context: Any, builder: ir.IRBuilder, kind: ContextType, address: ir.Value, name: str) -> ir.Value:
    """Read an attribute; what is read never changes while compiled code runs, so that it need not be read again."""
    field, place = kind.fields[name], kind.places[name]
    word = ir.IntType(8 * WORD)
    words = builder.bitcast(address, word.as_pointer())

    def read(n: int, as_type: ir.Type) -> ir.Value:
        pointer = builder.gep(words, [ir.Constant(word, place + n)], inbounds=True)
        value = builder.load(builder.bitcast(pointer, as_type.as_pointer()))
        value.set_metadata("invariant.load", builder.module.add_metadata([]))
        return value

    if not isinstance(field, types.Array):
        return read(0, context.get_value_type(field))
    made = context.make_array(field)(context, builder)
    shape = [read(1 + n, word) for n in range(field.ndim)]
    itemsize = context.get_abi_sizeof(context.get_data_type(field.dtype))
    strides = [ir.Constant(word, itemsize)]
    for extent in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], extent))
    data = read(0, context.get_data_type(field.dtype).as_pointer())
    populate_array(made, data, shape, strides, ir.Constant(word, itemsize), meminfo=None)
    return made._getvalue()
