// SPDX-License-Identifier: MIT
// The laws every backend keeps, for ours and yours; needs no test framework and prints nothing.
#pragma once

#include "mgkit/testing/conformance/check.hpp"
#include "mgkit/testing/conformance/operations.hpp"

namespace MGKIT_NAMESPACE::testing {

/// Tries every operation on T, a family or all of them:
///
///     const auto report = mgkit::testing::conformance<my::tensor>();
///     // report.ok(), report.rows, report.failures()
///
/// Laws, a row each: values and gradients against testing::reference, a plain double tensor on
/// which everything is composed of primitives (so a fused kernel is held to its composition);
/// gradients by central differences, storage and slots poisoned first (T in double; coarser types
/// only show how gradients reach their slots); operands used twice in one pass, whose gradients
/// gather; records that nest and end; operands that are one tensor; operands that are permuted
/// slices of larger ones; operands and incoming gradients left untouched; one thread and several
/// give the same bits; wrong shapes throw mgkit::error. Trials include every pattern of
/// broadcasting, empty extents, extents of 1, missing and infinite values. Tensors without data
/// (`options.values` false) are held to extents and refusals.
///
/// Errors are max|a - b| / max|b|; bounds are in roundings of T's scalar, or of
/// `options.epsilon`. Cost: a few seconds, most of it in large trials (`options.largest`).
template <tensor T, class Families = operation_families>
conformance_report conformance(const conformance_options& given = {}) {
    static_assert(complete_backend_in_words<T>(),
                  "mgkit: conformance needs a complete backend: a kernel of testing::primitives is "
                  "missing, or takes other operands than the primitive");
    conformance_options options = given;
    if (options.epsilon == 0)
        options.epsilon = std::numeric_limits<typename backend_traits<T>::scalar>::epsilon();
    conformance_report report;
    Families::for_each([&]<class Family>(type_tag<Family>) {
        if constexpr (std::same_as<Family, storage_operations>) {
            detail::check_storage<T>(report, options);
        } else if constexpr (std::same_as<Family, record_operations>) {
            if (options.values) detail::check_records<T>(report);
        } else {
            Family::entries::for_each([&]<class Entry>(type_tag<Entry>) {
                detail::ledger laws(report, Family::name, entry_name<Entry>());
                if constexpr (requires { Entry::states; })
                    detail::check_update<Entry, T>(laws, options, options.epsilon);
                else
                    detail::check_operation<T>(laws, detail::callable_of<Entry, T>(),
                                               detail::callable_of<Entry, reference>(),
                                               Entry::trials(), Entry::refusals(), options,
                                               options.epsilon);
            });
        }
    });
    return report;
}

}  // namespace MGKIT_NAMESPACE::testing
