// SPDX-License-Identifier: MIT
// The test framework, version 2 or 3. Tests include this and nothing else of Catch2.
#pragma once

#include <string>
#include <string_view>

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
namespace Catch {
inline auto Contains(const std::string& part) {
    return Matchers::ContainsSubstring(part);
}
}  // namespace Catch
#else
#include <catch2/catch.hpp>
namespace Catch {
using Detail::Approx;
}
#endif

/// Leaves a case that lacks something of the machine: `return skip("no folder ...");`. Where
/// nothing else fails, the run then ends with code 77, which ctest reports as skipped. The case
/// carries the tag of what it needs: [golden] files, [real] data sets, or [machine] for anything
/// else. Cases of a tag are a test of their own; a run that leaves these tags out must not skip.
void skip(const std::string& why);

#ifdef CATCH_CONFIG_RUNNER
// The one unit of a program that has its main function.
namespace {
bool skipped = false;
}
void skip(const std::string& why) {
    skipped = true;
    WARN("skipped: " << why);
}

/// What main returns.
inline int run_cases(int count, char** arguments) {
    const int code = Catch::Session().run(count, arguments);
    return code == 0 && skipped ? 77 : code;
}
#endif

#ifdef MGKIT_QUICK_CASES_ONLY
// Only cases tagged [quick] exist: the body of any other is a template that nothing instantiates,
// and so costs the compiler little more than its text.
#include <string_view>

template <class>
constexpr bool quick_case(std::string_view, std::string_view tags = {}) {
    return tags.find("[quick]") != tags.npos;
}
#define MGKIT_JOIN_AGAIN(a, b) a##b
#define MGKIT_JOIN(a, b) MGKIT_JOIN_AGAIN(a, b)
#define MGKIT_CASE(body, ...)                                                         \
    template <class>                                                                  \
    static void body();                                                               \
    static const bool MGKIT_JOIN(body, _known) = []<class T = void>() {               \
        if constexpr (quick_case<T>(__VA_ARGS__))                                     \
            Catch::AutoReg(Catch::makeTestInvoker(&body<T>), CATCH_INTERNAL_LINEINFO, \
                           Catch::StringRef(), Catch::NameAndTags{__VA_ARGS__});      \
        return true;                                                                  \
    }                                                                                 \
    ();                                                                               \
    template <class>                                                                  \
    static void body()
#undef TEST_CASE
#define TEST_CASE(...) MGKIT_CASE(MGKIT_JOIN(case_number_, __COUNTER__), __VA_ARGS__)
#endif
