// SPDX-License-Identifier: MIT
// Every form that a study can be written in. A new one is one type here.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "mgkit/core/type_list.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/report/audit.hpp"
#include "mgkit/report/audit_json.hpp"
#include "mgkit/report/chart_animation.hpp"
#include "mgkit/report/chart_bars.hpp"
#include "mgkit/report/chart_class_bars.hpp"
#include "mgkit/report/chart_confusion.hpp"
#include "mgkit/report/chart_curves.hpp"
#include "mgkit/report/chart_durations.hpp"
#include "mgkit/report/chart_iod.hpp"
#include "mgkit/report/chart_rejections.hpp"
#include "mgkit/report/chart_skeleton.hpp"
#include "mgkit/report/csv.hpp"
#include "mgkit/report/escape.hpp"
#include "mgkit/report/figure.hpp"
#include "mgkit/report/html.hpp"
#include "mgkit/report/html_audit.hpp"
#include "mgkit/report/html_page.hpp"
#include "mgkit/report/html_parts.hpp"
#include "mgkit/report/html_scores.hpp"
#include "mgkit/report/json.hpp"
#include "mgkit/report/progress.hpp"
#include "mgkit/report/read_run.hpp"
#include "mgkit/report/run.hpp"
#include "mgkit/report/study.hpp"
#include "mgkit/report/summarise.hpp"
#include "mgkit/report/svg.hpp"
#include "mgkit/report/table.hpp"
#include "mgkit/report/text.hpp"

namespace MGKIT_NAMESPACE::report {

/// A way to write a study down; `name` is the usual file ending.
template <class F>
concept format = std::default_initializable<F> && requires(const F& f, const study& s) {
    { f(s) } -> std::same_as<std::string>;
    { F::name } -> std::convertible_to<std::string_view>;
};

struct text_format {
    static constexpr const char* name = "txt";
    std::string operator()(const study& s) const { return to_text(s); }
};
struct json_format {
    static constexpr const char* name = "json";
    std::string operator()(const study& s) const {
        return io::to_text(to_json(s), "report::json_format");
    }
};
struct html_format {
    static constexpr const char* name = "html";
    std::string operator()(const study& s) const { return to_html(s); }
};

using all = type_list<text_format, json_format, html_format>;

static_assert(format<text_format> && format<json_format> && format<html_format>,
              "mgkit: report::all names a type that is not a format");

}  // namespace MGKIT_NAMESPACE::report
