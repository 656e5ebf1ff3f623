"""How the inner loops are compiled.

A kernel is called from Python; what it calls is inner, without the wrappers that Python would need, and inlined where
handing over a day's arrays would take longer than the work.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

kernel: Any = numba.njit(cache=True, nogil=True)
# the overloads of njit do not name these two
_bare: Any = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
inner: Any = numba.njit(cache=True, **_bare)
inlined: Any = numba.njit(cache=True, forceinline=True, **_bare)
# No literals: for each of these everything would be compiled anew.
NONE, ONE, NO_TRUCK = (np.array([n])[0] for n in (0, 1, -1))


def _without_count(typingctx, array):  # type: ignore[no-untyped-def]
    """The array without the count of who refers to it: counting takes as long as all the rest of the kernels. Whoever
    calls a kernel holds the arrays until it returns."""

    def codegen(context, builder, signature, args):  # type: ignore[no-untyped-def]
        view = make_array(signature.args[0])(context, builder, args[0])  # type: ignore[no-untyped-call]
        view.meminfo = cgutils.get_null_value(view.meminfo.type)  # type: ignore[no-untyped-call]
        return view._getvalue()

    return array(array), codegen


uncounted: Any = intrinsic(_without_count)
