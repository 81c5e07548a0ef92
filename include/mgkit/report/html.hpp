// SPDX-License-Identifier: MIT
// Runs as one self-contained web page.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/report/figure.hpp"
#include "mgkit/report/run.hpp"
#include "mgkit/report/study.hpp"

namespace MGKIT_NAMESPACE::report {

/// A page and its figures.
struct written_page {
    std::string html;
    std::vector<figure> figures;
};

/// What stands on every page about the use of such figures.
inline constexpr std::string_view responsible_use =
    "Labels of outcomes, such as a match won or lost, are proxies and no emotions. In the European "
    "Union it is forbidden to infer the emotions of people at work or in education, save for "
    "medical or safety reasons. docs/responsible_use.md says what follows from that.";

namespace detail {

void head(composition& out, std::span<const run> runs, std::string_view title);

}  // namespace detail

/// The page: caveats, the runs side by side, scores beside the baselines, training curves, classes
/// and their confusion, sampler audits, retrieval, settings. It needs nothing but itself (no
/// script, no font, no picture from elsewhere), reads on paper and in dark surroundings, and every
/// foreign text in it is escaped. Parts without data are left out. Every drawing is also among the
/// figures. Errors: as the charts, for data they cannot draw.
written_page compose(std::span<const run> runs, std::string_view title);

/// The page of a single study. Errors: as compose.
std::string to_html(const study& s);

/// Writes the page; the file appears complete or not at all. Errors: as to_html and io::write_file.
void write_html(const std::string& path, const study& s);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/html-inl.hpp"
#endif
