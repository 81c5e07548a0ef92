// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/invariance.hpp"

#include <cstddef>
#include <utility>

#include "mgkit/report/escape.hpp"
#include "mgkit/report/json.hpp"
#include "mgkit/report/table.hpp"

namespace MGKIT_NAMESPACE::report {

MGKIT_COLD_INLINE std::string to_text(const probe::invariance& r) {
    table all({{"augmentation", align::left},
               {"changed clips", align::right},
               {"kept answers %", align::right},
               {"least kept class", align::left},
               {"destroys", align::left}});
    table lost({{"augmentation", align::left},
                {"destroyed class", align::left},
                {"right before", align::right},
                {"kept %", align::right},
                {"chance %", align::right}});
    bool any = false;
    for (const auto& row : r.changes) {
        if (!row.refused.empty()) {
            all.add({row.name, "-", "-", "-", "refused: " + row.refused});
            continue;
        }
        const probe::class_invariance* least = nullptr;
        std::string which = "-", destroys;
        for (std::size_t k = 0; k < row.classes.size(); ++k) {
            const auto& own = row.classes[k];
            if (own.judged && (!least || own.share() < least->share())) {
                least = &own;
                which = r.class_names[k] + " " + percent(own.share());
            }
            if (!own.destroyed) continue;
            any = true;
            destroys += (destroys.empty() ? "" : ", ") + r.class_names[k];
            lost.add({row.name, r.class_names[k], std::to_string(own.right), percent(own.share()),
                      percent(own.chance.estimate) + " [" + percent(own.chance.low) + ", " +
                          percent(own.chance.high) + "]"});
        }
        all.add({row.name, std::to_string(row.changed),
                 row.changed > 0 ? percent(static_cast<double>(row.kept) / row.changed) : "-",
                 which, destroys.empty() ? "-" : destroys});
    }
    std::string out = text("Answers to ", r.clips, " clips, ") + percent(r.top1) +
                      " % right before any change.\n\n" + all.str();
    if (any)
        out += "\n" + lost.str() + "\n[low, high]: what answers that do not look keep in " +
               fixed(100 * r.level, r.level < 0.995 ? 0 : 1) + " % of cases.\n";
    return out;
}

MGKIT_COLD_INLINE io::json to_json(const probe::invariance& r) {
    io::json changes = io::json::array();
    for (const auto& row : r.changes) {
        io::json classes = io::json::array();
        for (const auto& own : row.classes)
            classes.push_back(
                {{"right", own.right},
                 {"kept", own.kept},
                 {"chance", own.right > 0 ? io::json(own.chance.estimate) : io::json(nullptr)},
                 {"chance_interval", own.right > 0
                                         ? io::json::array({own.chance.low, own.chance.high})
                                         : io::json(nullptr)},
                 {"judged", own.judged},
                 {"destroyed", own.destroyed}});
        changes.push_back(
            {{"name", clean(row.name)},
             {"settings", clean(row.settings)},
             {"refused", row.refused.empty() ? io::json(nullptr) : io::json(clean(row.refused))},
             {"changed", row.changed},
             {"kept", row.kept},
             {"destroyed", row.destroyed()},
             {"classes", std::move(classes)}});
    }
    return {{"kind", "invariance"},
            {"clips", r.clips},
            {"top1", r.top1},
            {"interval_level", r.level},
            {"class_names", detail::names_json(r.class_names)},
            {"changes", std::move(changes)}};
}

}  // namespace MGKIT_NAMESPACE::report
