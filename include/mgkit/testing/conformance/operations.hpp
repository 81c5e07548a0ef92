// SPDX-License-Identifier: MIT
// The one list of what the conformance kit tries: every operation declared below tensor/ops.
#pragma once

#include "mgkit/core/type_list.hpp"
#include "mgkit/testing/conformance/elementwise.hpp"
#include "mgkit/testing/conformance/layers.hpp"
#include "mgkit/testing/conformance/masks.hpp"
#include "mgkit/testing/conformance/parts.hpp"
#include "mgkit/testing/conformance/records.hpp"
#include "mgkit/testing/conformance/recurrence.hpp"
#include "mgkit/testing/conformance/rows.hpp"
#include "mgkit/testing/conformance/structure.hpp"
#include "mgkit/testing/conformance/tokens.hpp"
#include "mgkit/testing/conformance/updates.hpp"
#include "mgkit/testing/conformance/windows.hpp"

namespace MGKIT_NAMESPACE::testing {

/// Families in the order of a report. A new operation is one entry in its family's list: a struct
/// with `op`, its type in the table of operations, or `name`; `run(ctx, operands, variant)`;
/// `trials()`; `refusals()`. An operation of the table without an entry does not compile.
using operation_families =
    type_list<storage_operations, record_operations, elementwise_operations, structure_operations,
              part_operations, layer_operations, window_operations, mask_operations, row_operations,
              token_operations, recurrence_operations, update_operations>;

namespace detail {

template <class Op, class Entry>
constexpr bool tries() {
    if constexpr (requires { typename Entry::op; })
        return std::same_as<Op, typename Entry::op>;
    else
        return false;
}
template <class Op, class... Entries>
constexpr bool tried_among(type_list<Entries...>) {
    return (tries<Op, Entries>() || ...);
}
template <class Op, class Family>
constexpr bool tried_in() {
    if constexpr (requires { typename Family::entries; })
        return tried_among<Op>(typename Family::entries{});
    else
        return false;
}
template <class Op, class... Families>
constexpr bool tried(type_list<Families...>) {
    return (tried_in<Op, Families>() || ...);
}

/// The error names the operation.
template <class Op>
struct has_an_entry {
    static_assert(tried<Op>(operation_families{}),
                  "mgkit: an operation of the table has no entry in the conformance kit");
    static constexpr bool value = true;
};
template <class... Ops>
constexpr bool all_have_entries(type_list<Ops...>) {
    return (has_an_entry<Ops>::value && ...);
}
static_assert(all_have_entries(mgkit::operations{}));

}  // namespace detail

/// What runs when a backend is asked for an operation, and for its gradient.
enum class implementation {
    none,         ///< no gradient, or nothing to run
    own,          ///< the backend's kernel
    rule,         ///< the primitive's rule in terms of other operations
    composition,  ///< composed of primitives
};

struct override_row {
    std::string family, operation;
    bool primitive = false;
    implementation forward = implementation::composition;
    implementation backward = implementation::composition;
};

namespace detail {

template <class Entry, tensor T>
void add_override(std::vector<override_row>& out, std::string_view family) {
    override_row row{std::string(family), std::string(entry_name<Entry>())};
    using op = typename Entry::op;
    if constexpr (requires { Entry::states; }) {
        row.forward = Entry::template own<T> ? implementation::own : implementation::composition;
        row.backward = implementation::none;
    } else {
        constexpr auto facts = facts_of_operation<op>;
        constexpr auto operands = static_cast<std::size_t>(facts.operands);
        row.primitive = facts.primitive;
        if (overrides_forward<op, T, operands>) row.forward = implementation::own;
        if (overrides_backward<op, T, operands>)
            row.backward = implementation::own;
        else if (row.primitive)
            row.backward = implementation::rule;
    }
    out.push_back(std::move(row));
}

}  // namespace detail

/// What T computes by kernels of its own, for every operation with a type; reshape belongs to the
/// traits.
template <tensor T>
std::vector<override_row> overrides_of() {
    std::vector<override_row> out;
    operation_families::for_each([&]<class Family>(type_tag<Family>) {
        if constexpr (requires { typename Family::entries; })
            Family::entries::for_each([&]<class Entry>(type_tag<Entry>) {
                if constexpr (requires { typename Entry::op; })
                    if constexpr (!std::same_as<typename Entry::op, op::reshape>)
                        detail::add_override<Entry, T>(out, Family::name);
            });
    });
    return out;
}

}  // namespace MGKIT_NAMESPACE::testing
