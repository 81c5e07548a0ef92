// What mgkit asks of the compiler, and the form in which a unit takes the library: infrastructure that
// every other header includes, directly or by another.
#pragma once

/// Header-only (the default) or compiled: the target mgkit::compiled defines MGKIT_COMPILED, and a unit
/// then sees declarations where it otherwise sees inline functions; their definitions stand in
/// x-inl.hpp beside x.hpp and are built once, into a library. Names of the compiled form live in the
/// inline namespace mgkit::compiled, so that no function of one form is taken for the other's.
#if defined(MGKIT_COMPILED)
#define MGKIT_NAMESPACE mgkit::inline compiled
#define MGKIT_INLINE
#else
#define MGKIT_NAMESPACE mgkit
#define MGKIT_INLINE inline
#endif
