// SPDX-License-Identifier: MIT
// mgkit_golden: compares mgkit with every file of recorded reference numbers below a folder.
//
//   mgkit_golden [FOLDER] [--strict] [--list] [--later FILE] [--backend NAME|all]
//
// NAME is a backend of this build, by default the default one; `all` runs each of them.
// FOLDER is the first argument, else $MGKIT_GOLDEN_DIR, else ../shared/golden beside the source
// tree. FILE lists what is left for later, by default later.txt beside this source, where it is.
// Exit code 0: every file of a known family agrees; 1: something differs, fails or is empty, a
// family left for later is known, or, under --strict, a file is of neither kind; 2: wrong usage;
// 77: no folder was named and the default one does not exist, or the machine lacks the device of
// every backend that was asked for.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "golden/names.hpp"
#include "golden/runner.hpp"

namespace {

namespace fs = std::filesystem;
using namespace mgkit;
using golden::backend;
using golden::checks;
using golden::family;

struct options {
    fs::path folder;
    bool named = false;  ///< the folder was asked for, not the default
    bool strict = false;
    bool list = false;
    fs::path later;
    bool later_named = false;
    std::vector<backend> backends;
};

/// What became of all files of one family.
struct tally {
    int files = 0;
    std::size_t count = 0;
    double worst_double = 0, worst_float = 0;
    std::vector<std::string> failures;
};

fs::path source_folder() {
#ifdef MGKIT_SOURCE_DIR
    return MGKIT_SOURCE_DIR;
#else
    return fs::path(__FILE__).parent_path().parent_path().parent_path();
#endif
}

int usage(const std::string& problem) {
    std::fprintf(stderr, "mgkit_golden: %s\n", problem.c_str());
    std::fputs(
        "usage: mgkit_golden [FOLDER] [--strict] [--list] [--later FILE] [--backend NAME|all]\n",
        stderr);
    return 2;
}

/// 0, or the exit code for wrong arguments.
int parse(int count, char** arguments, options& chosen) {
    const std::vector<backend> built = golden::backends();
    std::string wanted(built.front().name);
    for (int i = 1; i < count; ++i) {
        const std::string argument = arguments[i];
        if (argument == "--strict") {
            chosen.strict = true;
        } else if (argument == "--list") {
            chosen.list = true;
        } else if (argument == "--later") {
            if (++i == count) return usage("--later needs a file");
            chosen.later = arguments[i];
            chosen.later_named = true;
        } else if (argument == "--backend") {
            if (++i == count) return usage("--backend needs a name");
            wanted = arguments[i];
        } else if (argument.rfind("--", 0) == 0) {
            return usage("no option '" + argument + "'");
        } else if (chosen.named) {
            return usage("one folder at most, found also '" + argument + "'");
        } else {
            chosen.folder = argument;
            chosen.named = true;
        }
    }
    std::string names;
    for (const backend& one : built) {
        if (wanted == "all" || wanted == one.name) chosen.backends.push_back(one);
        names += (names.empty() ? "" : ", ") + std::string(one.name);
    }
    if (chosen.backends.empty())
        return usage("no backend '" + wanted + "'; this build has " + names);
    if (!chosen.later_named) chosen.later = source_folder() / "tests" / "golden" / "later.txt";
    if (chosen.named) return 0;
    const char* variable = std::getenv("MGKIT_GOLDEN_DIR");
    chosen.named = variable != nullptr && *variable != '\0';
    chosen.folder = chosen.named
                        ? fs::path(variable)
                        : (source_folder() / ".." / "shared" / "golden").lexically_normal();
    return 0;
}

std::vector<fs::path> files_below(const fs::path& folder) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file() && entry.path().extension() == ".safetensors")
            found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
}

void print(const std::string& name, const tally& sum) {
    std::printf("%-28s %5d files %6zu checks   double %9.2e   float %9.2e   %s\n",
                (name + ":").c_str(), sum.files, sum.count, sum.worst_double, sum.worst_float,
                sum.failures.empty() ? "ok" : "FAILED");
}

/// All files on one backend; 0 if every file of a known family agrees, else 1.
int compare_all(const options& chosen, const backend& one, const std::vector<fs::path>& files,
                const std::vector<golden::later_pattern>& later) {
    const std::vector<family>& known = one.families;
    std::map<std::string, tally> tallies;
    std::map<std::string, int> unknown;
    std::vector<int> waiting(later.size());
    std::vector<std::string> failures = golden::known_after_all(known, later);
    for (const fs::path& path : files) {
        const std::string label = fs::relative(path, chosen.folder).string();
        std::string name;
        checks found;
        std::vector<std::string> problems;
        try {
            const io::safetensors_file file(path.string());
            const auto metadata = file.metadata().find("config");
            const io::json config = metadata == file.metadata().end()
                                        ? io::json()
                                        : io::parse_json(metadata->second, label + ": config");
            const std::string key = golden::file_name(path);
            const auto left = std::find_if(later.begin(), later.end(),
                                           [&](const auto& entry) { return entry.covers(key); });
            const family* match = golden::family_of(known, config, key);
            if (match == nullptr) {
                const std::string stated = golden::stated_family(config);
                if (left == later.end())
                    ++unknown[stated.empty() ? key : stated];
                else
                    ++waiting[static_cast<std::size_t>(left - later.begin())];
                continue;
            }
            name = match->name;
            if (left != later.end())
                problems.push_back(left->pattern + " is left for later, but its family " + name +
                                   " is known");
            match->run(file, config, found);
            if (found.count() == 0) problems.push_back("nothing was compared");
        } catch (const no_device&) {
            throw;
        } catch (const std::exception& failure) {
            problems.push_back(failure.what());
        }
        problems.insert(problems.end(), found.failures().begin(), found.failures().end());
        tally& sum = tallies[name.empty() ? "unreadable" : name];
        ++sum.files;
        sum.count += found.count();
        sum.worst_double = std::max(sum.worst_double, found.worst_double());
        sum.worst_float = std::max(sum.worst_float, found.worst_float());
        for (const std::string& problem : problems) {
            sum.failures.push_back(problem);
            failures.push_back(label + ": " + problem);
        }
    }

    const std::string on(one.name);
    std::printf("backend %s; family: files, checks, worst relative error\n", on.c_str());
    for (const auto& [name, sum] : tallies) print(name, sum);
    for (const auto& [name, count] : unknown)
        std::printf("%-28s %5d files        unknown family\n", (name + ":").c_str(), count);
    for (std::size_t k = 0; k < later.size(); ++k)
        if (waiting[k] > 0)
            std::printf("%-28s %5d files        later: %s\n", (later[k].pattern + ":").c_str(),
                        waiting[k], later[k].owner.c_str());
    for (const std::string& failure : failures) std::printf("FAILED %s\n", failure.c_str());
    if (tallies.empty()) std::printf("FAILED no file belongs to a known family\n");
    const bool refused = chosen.strict && !unknown.empty();
    if (refused) std::printf("FAILED files of no family, nor left for later, under --strict\n");
    return failures.empty() && !tallies.empty() && !refused ? 0 : 1;
}

int run(const options& chosen) {
    if (chosen.list) {
        for (const family& one : chosen.backends.front().families)
            std::printf("%s\n", std::string(one.name).c_str());
        return 0;
    }
    if (!fs::is_directory(chosen.folder)) {
        std::fprintf(stderr, "mgkit_golden: no folder %s; name it or set MGKIT_GOLDEN_DIR\n",
                     chosen.folder.c_str());
        return chosen.named ? 1 : 77;
    }
    const auto files = files_below(chosen.folder);
    if (files.empty()) {
        std::fprintf(stderr, "mgkit_golden: no *.safetensors below %s\n", chosen.folder.c_str());
        return 1;
    }
    std::vector<golden::later_pattern> later;
    if (chosen.later_named || fs::exists(chosen.later)) later = golden::read_later(chosen.later);
    int worst = 0;
    std::size_t skipped = 0;
    for (const backend& one : chosen.backends) try {
            worst = std::max(worst, compare_all(chosen, one, files, later));
        } catch (const no_device& missing) {
            std::printf("backend %s; skipped: %s\n", std::string(one.name).c_str(), missing.what());
            ++skipped;
        }
    return skipped == chosen.backends.size() ? 77 : worst;
}

}  // namespace

int main(int count, char** arguments) {
    options chosen;
    if (const int code = parse(count, arguments, chosen); code != 0) return code;
    try {
        return run(chosen);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "mgkit_golden: %s\n", failure.what());
        return 1;
    }
}
