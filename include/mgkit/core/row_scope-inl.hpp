// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/core/row_scope.hpp"

#include <string>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE {

MGKIT_INLINE row_scope::row_scope(context& ctx, row_window window)
    : ctx_(ctx), around_(ctx.window) {
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

MGKIT_INLINE row_window rows_at_work(const char* where, std::size_t known,
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

MGKIT_INLINE random_stream row_draws(const context& ctx, const row_window& part, std::size_t row,
                                     std::uint32_t id) {
    const random_stream own(ctx.key(ctx.rows[part.entry(row)]), id);
    if (part.each == 1) return own;
    return own.fork("row of an entry", static_cast<std::uint32_t>(row % part.each));
}

}  // namespace MGKIT_NAMESPACE
