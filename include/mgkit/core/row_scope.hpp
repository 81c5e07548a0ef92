// Passes on some rows of a batch: random layers go on drawing by who each row is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "mgkit/core/context.hpp"
#include "mgkit/core/error.hpp"

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
    row_scope(context& ctx, row_window window) : ctx_(ctx), around_(ctx.window) {
        const std::string where = "row_scope";
        if (window.each < 1 || window.stride < 1)
            throw error(where, "a step and rows per entry of 1 or more",
                        text("stride ", window.stride, ", each ", window.each));
        if (around_) {
            if (around_->each != 1)
                throw error(where, "one row for each entry in the scope around it",
                            text(around_->each, " rows"),
                            "open this scope first and the one that shares entries inside it");
            if (window.end() > around_->count)
                throw error(where, text("rows within the ", around_->count, " of the scope around"),
                            text(window.end()), "an inner scope counts rows of the outer one");
            window.first = around_->entry(window.first);
            window.stride *= around_->stride;
        }
        ctx.window = window;
    }
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
inline row_window rows_at_work(const char* where, std::size_t known,
                               const std::optional<row_window>& scope, std::size_t rows) {
    const row_window part = scope.value_or(row_window{.count = known});
    if (scope && scope->rows() != rows)
        throw error(where, text(scope->rows(), " rows, as the row_scope around the pass says"),
                    text(rows, " rows"), "open a row_scope of the rows that the pass is on");
    if (scope ? scope->end() > known : rows != known)
        throw error(where,
                    text("context::rows with ", scope ? scope->end() : rows,
                         scope ? " entries or more" : " entries"),
                    text(known, " entries"),
                    "set the clip and view of every row before a training pass, and open a "
                    "row_scope around passes on some of them");
    return part;
}

/// What layer or stage `id` draws for a row of a pass. Rows that share an entry draw apart.
inline random_stream row_draws(const context& ctx, const row_window& part, std::size_t row,
                               std::uint32_t id) {
    const random_stream own(ctx.key(ctx.rows[part.entry(row)]), id);
    if (part.each == 1) return own;
    return own.fork("row of an entry", static_cast<std::uint32_t>(row % part.each));
}

}  // namespace MGKIT_NAMESPACE
