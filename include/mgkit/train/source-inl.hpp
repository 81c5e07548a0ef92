// SPDX-License-Identifier: MIT
// Definitions of source.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include "mgkit/train/source.hpp"

namespace MGKIT_NAMESPACE::train {

MGKIT_INLINE host_batch::host_batch(std::vector<field> fields) {
    for (field& f : fields) {
        const bool known = std::any_of(columns_.begin(), columns_.end(),
                                       [&](const column& c) { return c.about.name == f.name; });
        if (f.name.empty() || known || f.views < 1 ||
            std::any_of(f.extents.begin(), f.extents.end(), [](extent e) { return e < 1; }))
            throw error("training source",
                        "fields of different names, with one or more views and values",
                        "field '" + f.name + "'");
        columns_.push_back({std::move(f), {}, {}, {}});
    }
}

MGKIT_INLINE void host_batch::start(int rows) {
    rows_ = rows;
    for (column& c : columns_) {
        const auto count = static_cast<std::size_t>(extents(c.about).elements());
        if (c.about.type == field_type::real) c.reals.resize(count);
        if (c.about.type == field_type::byte) c.bytes.resize(count);
        if (c.about.type == field_type::integer) c.integers.resize(count);
    }
}

MGKIT_INLINE shape host_batch::extents(const field& f) const {
    shape out{static_cast<extent>(f.views) * rows_};
    for (const extent e : f.extents) out.push_back(e);
    return out;
}

MGKIT_INLINE host_batch::column& host_batch::find(std::string_view name, field_type type,
                                                  const char* kind) {
    for (column& c : columns_)
        if (c.about.name == name && c.about.type == type) return c;
    std::string known;
    for (const column& c : columns_) known += (known.empty() ? "" : ", ") + c.about.name;
    throw error("training batch", "a field '" + std::string(name) + "' of " + kind,
                "fields " + known, "fill the fields that the source states");
}

}  // namespace MGKIT_NAMESPACE::train
