// SPDX-License-Identifier: MIT
// Folders that appear complete or not at all.
#pragma once

#include <string>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::io {

/// A new folder beside `target`, for files to be written into; removed again unless `publish` has
/// renamed it into place. Errors: mgkit::error where no folder can be made there, or the target is
/// in the way.
class folder_in_progress {
public:
    explicit folder_in_progress(const std::string& target);
    folder_in_progress(const folder_in_progress&) = delete;
    folder_in_progress& operator=(const folder_in_progress&) = delete;
    ~folder_in_progress();

    const std::string& path() const { return path_; }
    void publish();

private:
    std::string target_, path_;
};

}  // namespace MGKIT_NAMESPACE::io

#if !defined(MGKIT_COMPILED)
#include "mgkit/io/folder_in_progress-inl.hpp"
#endif
