// SPDX-License-Identifier: MIT
// Files that appear complete or not at all.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#if !defined(__unix__) && !defined(__APPLE__)
#include <cstdio>
#endif

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::io {

/// Writes a file under a temporary name beside its target and renames it when complete.
///
/// Until `commit()` returns, readers see the old content (or no file). An object destroyed without
/// commit removes its temporary. A process that is killed may leave one `.NAME.tmpK` behind; it is
/// locked while in use, so the next writer of the same target recognises it as stale and reuses it.
/// Several threads or processes may write one target at a time; the last commit wins.
/// A symbolic link is followed and stays a link; an existing file keeps its permissions.
/// Errors: mgkit::error for a missing folder, lacking permission, a target that is a folder or
/// device, a full disk.
/// Cost: one write of the data, fsync of file and folder at commit.
class atomic_file {
public:
    explicit atomic_file(std::string path);
    atomic_file(const atomic_file&) = delete;
    atomic_file& operator=(const atomic_file&) = delete;
    ~atomic_file() { discard(); }

    /// Appends bytes.
    void write(std::span<const std::byte> bytes);
    void write(std::string_view text);

    /// Replaces the first bytes of what was written, for headers that count what follows.
    /// Errors: mgkit::error if fewer bytes were written so far.
    void rewrite_front(std::string_view text);

    /// Makes the content durable and gives it the target's name.
    void commit();

    const std::string& path() const noexcept { return path_; }

private:
    void open();
    void append(std::span<const std::byte> bytes);
    void replace_front(std::span<const std::byte> bytes);
    void publish();
    void discard() noexcept;

#if defined(__unix__) || defined(__APPLE__)
    bool is_open() const noexcept {
        return handle_ >= 0;
    }
    /// Takes the first temporary name that no living writer holds.
    void claim(const std::string& stem);
    /// True if `handle` is ours alone and still the file called `temporary_`.
    bool own(int handle, bool created) const;

    int handle_ = -1;
    std::string target_, folder_;
#else
    bool is_open() const noexcept {
        return file_ != nullptr;
    }

    std::FILE* file_ = nullptr;
    std::size_t written_ = 0;
#endif
    std::string path_, temporary_;
};

/// Writes a whole file atomically.
void write_file(const std::string& path, std::span<const std::byte> bytes);
void write_file(const std::string& path, std::string_view text);

}  // namespace MGKIT_NAMESPACE::io

#if !defined(MGKIT_COMPILED)
#include "mgkit/io/atomic_file-inl.hpp"
#endif
