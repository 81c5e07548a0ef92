// SPDX-License-Identifier: MIT
// What mgkit asks of the compiler, and the form in which a unit takes the library: infrastructure
// that every other header includes, directly or by another, before anything of third parties.
#pragma once

// A file that does not exist ends the compilation; #error alone lets hundreds of lines follow.
#if __cplusplus < 202002L && (!defined(_MSVC_LANG) || _MSVC_LANG < 202002L)
#error mgkit: expected C++20 or later, found an earlier standard; compile with -std=c++20
#include "mgkit stops here"
#elif !defined(__cpp_exceptions) && !defined(_CPPUNWIND)
#error mgkit: expected exceptions, found -fno-exceptions; compile without it or with -fexceptions
#include "mgkit stops here"
#elif defined(min) || defined(max)
#error mgkit: expected std::min and std::max, found macros; define NOMINMAX before <windows.h>
#include "mgkit stops here"
#endif

// What only some compilers know; others would warn of it in every unit. MGKIT_COLD stands before what
// runs once a run or a file, or hands its work to operations on whole batches, and not before what
// runs once a clip or a value: it is compiled for size, which takes a third of the time, and that is
// the user's in every unit of the header-only form.
#if defined(__GNUC__)
#define MGKIT_COLD [[gnu::cold]]
#define MGKIT_NOINLINE [[gnu::noinline]]
#elif defined(_MSC_VER)
#define MGKIT_COLD
#define MGKIT_NOINLINE __declspec(noinline)
#else
#define MGKIT_COLD
#define MGKIT_NOINLINE
#endif

// Before a loop whose iterations write what no other reads: with many arrays, compilers give up on
// checks that these do not overlap.
#if defined(__clang__)
#define MGKIT_APART _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define MGKIT_APART _Pragma("GCC ivdep")
#else
#define MGKIT_APART
#endif

/// Header-only (the default) or compiled: the target mgkit::compiled defines MGKIT_COMPILED, and a
/// unit then sees declarations where it otherwise sees inline functions; their definitions stand in
/// x-inl.hpp beside x.hpp and are built once, into a library. Names of the compiled form live in
/// the inline namespace mgkit::compiled, so that no function of one form is taken for the other's.
#if defined(MGKIT_COMPILED)
#define MGKIT_NAMESPACE mgkit::inline compiled
#define MGKIT_INLINE
#define MGKIT_COLD_INLINE
#define MGKIT_FORM mgkit_compiled
#else
#define MGKIT_NAMESPACE mgkit
#define MGKIT_INLINE inline
#define MGKIT_COLD_INLINE MGKIT_COLD inline
#define MGKIT_FORM mgkit_header_only
#endif

// Units of both forms in one program or shared library do not link, even where they exchange
// nothing, and the linker's message names both. Each unit has its form's function, which the linker
// keeps once, and with it a strong second name, equal in both forms: kept twice, it is defined
// twice. Hidden, so that shared libraries of different forms may meet in a process. Elsewhere the
// namespace has to do.
#if defined(__ELF__) && defined(__GNUC__) && !defined(__CUDACC__)
#define MGKIT_TEXT(name) MGKIT_TEXT_OF(name)
#define MGKIT_TEXT_OF(name) #name
#if __has_attribute(retain)
#define MGKIT_KEPT used, retain  // mold compares only what is kept
#else
#define MGKIT_KEPT used
#endif
extern "C" {
__attribute__((MGKIT_KEPT, visibility("hidden"))) inline void MGKIT_FORM() noexcept {}
__attribute__((visibility("hidden"), alias(MGKIT_TEXT(MGKIT_FORM)))) void
mgkit_header_only_and_mgkit_compiled_in_one_program() noexcept;
}
#undef MGKIT_KEPT
#undef MGKIT_TEXT_OF
#undef MGKIT_TEXT
#endif
#undef MGKIT_FORM
