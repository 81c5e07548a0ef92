// SPDX-License-Identifier: MIT
// Passes on some rows of a batch: random layers go on drawing by who each row is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "mgkit/core/context.hpp"

namespace MGKIT_NAMESPACE {

/// While in scope, passes are on these of `context::rows`; what was in force before holds again at
/// its end. Scopes nest: an inner one counts the rows of the one around it.
///
///     { const row_scope queries(ctx, 0, clips); q = encoder(ctx, slice(ctx, x, 0, 0, clips)); }
///
/// Errors: a window without rows for an entry or step between entries; one beyond the rows around
/// it; one among the rows that share entries (`each`).
class row_scope {
public:
    row_scope(context& ctx, row_window window);
    /// `count` rows from `first` on.
    row_scope(context& ctx, std::size_t first, std::size_t count)
        : row_scope(ctx, row_window{.first = first, .count = count}) {}
    ~row_scope() { ctx_.window = around_; }
    row_scope(const row_scope&) = delete;
    row_scope& operator=(const row_scope&) = delete;

private:
    context& ctx_;
    std::optional<row_window> around_;
};

/// The window of a pass of `rows` rows, where the context knows `known` of them: all, or those of
/// the scope in which the pass is. For random layers; `where` names them in errors: other numbers
/// of rows.
row_window rows_at_work(const char* where, std::size_t known,
                        const std::optional<row_window>& scope, std::size_t rows);

/// What layer or stage `id` draws for a row of a pass. Rows that share an entry draw apart.
random_stream row_draws(const context& ctx, const row_window& part, std::size_t row,
                        std::uint32_t id);

}  // namespace MGKIT_NAMESPACE

#if !defined(MGKIT_COMPILED)
#include "mgkit/core/row_scope-inl.hpp"
#endif
