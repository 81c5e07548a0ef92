// SPDX-License-Identifier: MIT
// What every allocation, draw and record goes through. There is no other shared state in mgkit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/random.hpp"

namespace MGKIT_NAMESPACE {

namespace detail {

/// What tells types apart without RTTI, in every library of a program: their names, since each
/// library whose symbols are hidden has addresses of its own. Names of local and unnamed types, and
/// of those in unnamed namespaces, may repeat: such types count by address.
struct type_mark {
    const void* address = nullptr;
    std::string_view name{};  ///< empty where it may repeat

    /// Whether a name holds one that may be local. Clang leaves out the function that a type is
    /// local to, so that there only names that begin in mgkit or std, and numbers' types, cannot
    /// repeat.
    static constexpr bool bare([[maybe_unused]] std::string_view type) {
#if defined(__clang__)
        const auto in_word = [](char c) {
            return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                   (c >= 'A' && c <= 'Z');
        };
        for (std::size_t i = 0; i < type.size(); ++i) {
            const std::size_t first = i;
            while (i < type.size() && in_word(type[i])) ++i;
            const std::string_view word = type.substr(first, i - first);
            if (word.empty() || (word[0] >= '0' && word[0] <= '9') ||
                (first > 0 && type[first - 1] == ':'))
                continue;
            if (word != "mgkit" && word != "std" && word != "float" && word != "double" &&
                word != "int" && word != "long" && word != "unsigned" && word != "char")
                return true;
        }
#endif
        return false;
    }

    template <class Type>
    static type_mark of() {
        static constexpr char tag = 0;
#if defined(__GNUC__)
        constexpr std::string_view whole = __PRETTY_FUNCTION__, before = "Type = ";
        constexpr std::string_view type = whole.substr(whole.find(before) + before.size());
        constexpr bool repeats = type.find('(') != type.npos || type.find('{') != type.npos ||
                                 type.find("lambda") != type.npos ||
                                 type.find("unnamed") != type.npos || bare(type);
        return {&tag, repeats ? std::string_view() : type};
#else
        return {&tag, {}};
#endif
    }
    bool same_name(const type_mark& other) const {
        return !name.empty() && name == other.name;
    }
    friend bool operator==(const type_mark& a, const type_mark& b) {
        return a.address == b.address || a.same_name(b);
    }
};

}  // namespace detail

/// State that a library layer keeps in a context (memory pool, tape, ...), found by its type.
///
/// Each type is default-constructed on first use and lives as long as the store. Libraries of one
/// program that were built by the same compiler find the same state in the same context, hidden
/// symbols or not.
class state_store {
public:
    template <class State>
    State& get() {
        const auto wanted = detail::type_mark::of<State>();
        for (auto& [mark, state] : entries_)
            if (mark.address == wanted.address) return *static_cast<State*>(state.get());
        std::shared_ptr<void> found;
        for (auto& [mark, state] : entries_)
            if (mark.same_name(wanted)) found = state;
        if (!found) found = std::make_shared<State>();
        entries_.emplace_back(wanted, std::move(found));
        return *static_cast<State*>(entries_.back().second.get());
    }

    state_store() = default;
    state_store(const state_store&) = delete;
    state_store& operator=(const state_store&) = delete;
    state_store(state_store&&) = default;
    state_store& operator=(state_store&&) = default;

private:
    std::vector<std::pair<detail::type_mark, std::shared_ptr<void>>> entries_;
};

/// Which clip and view a row of the current batch is: keys stochastic depth.
struct row_identity {
    std::uint32_t clip = 0;
    std::uint32_t view = 0;
};

/// Which entries of `context::rows` the rows of a pass are: row i is one of entry
/// first + i / each * stride.
///
/// Part of a batch: {.first, .count}. The clips of bags as rows of their own, where `rows` names
/// bags: {.count = bags, .each = clips of a bag}; they draw apart from each other. One row for each
/// bag, where `rows` names clips: {.count = bags, .stride = clips of a bag}.
struct row_window {
    std::size_t first = 0;
    std::size_t count = 0;   ///< entries
    std::size_t stride = 1;  ///< from one entry to the next
    std::size_t each = 1;    ///< neighbouring rows of the pass that belong to one entry

    std::size_t rows() const { return count * each; }
    std::size_t entry(std::size_t row) const { return first + row / each * stride; }
    /// Entries that there must be.
    std::size_t end() const { return count == 0 ? 0 : first + (count - 1) * stride + 1; }
};

/// Threads, random key, train/eval mode and per-library state of one computation.
///
/// Two contexts are independent: two models may train in two threads. One context serves one
/// thread at a time.
struct context {
    std::uint64_t seed = 0;
    int threads = 1;
    bool training = false;    ///< dropout-like layers active, batch norm on batch statistics
    std::uint32_t epoch = 0;  ///< part of the random counter
    std::vector<row_identity> rows{};  ///< identity of each batch row; needed by random layers only
    std::optional<row_window> window{};  ///< the rows at work, all where empty; see row_scope
    bool recomputing = false;  ///< values of an earlier pass are made again: counters and running
                               ///< statistics stay where that pass put them
    state_store state{};

    random_key key(row_identity row = {}) const { return {seed, epoch, row.clip, row.view}; }
};

/// Puts a context's mode, epoch, rows and their window back at the end of a scope, however it is
/// left.
class context_guard {
public:
    explicit context_guard(context& ctx)
        : ctx_(ctx),
          training_(ctx.training),
          epoch_(ctx.epoch),
          rows_(ctx.rows),
          window_(ctx.window) {}
    ~context_guard() {
        ctx_.training = training_;
        ctx_.epoch = epoch_;
        ctx_.rows = std::move(rows_);
        ctx_.window = window_;
    }
    context_guard(const context_guard&) = delete;
    context_guard& operator=(const context_guard&) = delete;

private:
    context& ctx_;
    bool training_;
    std::uint32_t epoch_;
    std::vector<row_identity> rows_;
    std::optional<row_window> window_;
};

}  // namespace MGKIT_NAMESPACE
