// SPDX-License-Identifier: MIT
// What a training step reads: named fields, filled for some rows at a time.
// infrastructure
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/context.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/core/recipe.hpp"
#include "mgkit/tensor/shape.hpp"

namespace MGKIT_NAMESPACE::train {

/// How a field's values are held: reals and bytes reach a method as tensors (a byte as the number
/// it is), integers as they are.
enum class field_type { real, byte, integer };

/// One field of a batch.
struct field {
    std::string name;
    field_type type = field_type::real;
    std::vector<extent> extents{};  ///< of one row; empty for a number
    int views = 1;                  ///< per row, stacked on the leading axis, view first
};

/// Where a row of a source comes from: what its random draws are keyed by, and which frames of its
/// recording it is.
struct source_row {
    std::uint32_t id = 0;  ///< stable: the same row keeps it when others are left out
    int first_frame = 0;
    int frames = 0;  ///< 0 for rows that are no piece of a recording
};

/// Values of one batch on the host. Memory is kept from batch to batch.
class host_batch {
public:
    host_batch() = default;
    /// Errors: two fields of one name, no name, views or extents below 1.
    explicit host_batch(std::vector<field> fields);

    /// Makes room for `rows` rows of every field. What was there is overwritten or stays.
    void start(int rows);

    int rows() const { return rows_; }
    std::size_t fields() const { return columns_.size(); }
    const field& about(std::size_t i) const { return columns_[i].about; }
    /// Extents of a field in this batch: [views * rows, ...].
    shape extents(const field& f) const;

    /// Values to fill or to read. Errors: no field of that name and type.
    std::span<float> reals(std::string_view name) {
        return find(name, field_type::real, "reals").reals;
    }
    std::span<std::uint8_t> bytes(std::string_view name) {
        return find(name, field_type::byte, "bytes").bytes;
    }
    std::span<int> integers(std::string_view name) {
        return find(name, field_type::integer, "integers").integers;
    }
    std::span<const float> reals(std::size_t i) const { return columns_[i].reals; }
    std::span<const std::uint8_t> bytes(std::size_t i) const { return columns_[i].bytes; }
    std::span<const int> integers(std::size_t i) const { return columns_[i].integers; }

    /// Clip and view of every row that random layers see, in their order.
    std::vector<row_identity> identities;
    /// Of each row asked for, how often it came before in this epoch; a source may let it draw anew
    /// (see `again`). Empty where nobody says.
    std::vector<std::uint32_t> repeats;

private:
    struct column {
        field about;
        std::vector<float> reals;
        std::vector<std::uint8_t> bytes;
        std::vector<int> integers;
    };

    column& find(std::string_view name, field_type type, const char* kind);

    std::vector<column> columns_;
    int rows_ = 0;
};

/// The key of a row that came `repeat` times before in its epoch: other draws for each, of epochs
/// below 2^20.
inline random_key again(random_key key, std::uint32_t repeat) {
    key.epoch += repeat << 20;
    return key;
}

/// What `fit` trains on: rows of named fields. A row is whatever a method learns from: a clip in
/// several views, a pair, a bag, an image.
///
/// `fields()` states what `fill` writes for the rows it is asked for, after `start`; `fill` may
/// use threads, and sets the identities of the rows where layers draw. Draws are keyed by the
/// context and by `row(i).id`, never by the place in a batch. `made_of()` says what the values
/// depend on: a run is resumed only where that is equal. Where it has labels, `labels()` (optional)
/// returns those of all rows, for an order that is balanced by class.
template <class S>
concept source = requires(S& s, const S& same, const context& ctx, std::span<const int> rows,
                          host_batch& out, int i) {
    { same.size() } -> std::convertible_to<int>;
    { same.fields() } -> std::same_as<std::vector<field>>;
    { same.row(i) } -> std::same_as<source_row>;
    { same.made_of() } -> std::same_as<recipe>;
    s.fill(ctx, rows, out);
};

}  // namespace MGKIT_NAMESPACE::train

#if !defined(MGKIT_COMPILED)
#include "mgkit/train/source-inl.hpp"
#endif
